//! What people call the columns of their lists, in Chinese and English, as mail programs and shops export them.
//!
//! Heads are compared with everything but letters and digits taken out, in lower case, full-width letters as plain
//! ones: `E-mail Address` is `emailaddress`.

/// Heads of the column with the addresses.
const EMAIL: &[&str] = &[
    "email",
    "emails",
    "emailaddress",
    "emailaddresses",
    "emailid",
    "mail",
    "mailaddress",
    "mailbox",
    "primaryemail",
    "workemail",
    "businessemail",
    "contactemail",
    "useremail",
    "customeremail",
    "email1value",
    "email1",
    "recipient",
    "邮箱",
    "邮箱地址",
    "邮箱账号",
    "电子邮箱",
    "电子邮件",
    "电子邮件地址",
    "电子邮箱地址",
    "电子信箱",
    "电邮",
    "电邮地址",
    "邮件",
    "邮件地址",
    "邮箱email",
    "email邮箱",
    "email地址",
    "客户邮箱",
    "联系邮箱",
    "工作邮箱",
    "常用邮箱",
    "收件人邮箱",
    "信箱",
];

/// Heads of the column with full names.
const NAME: &[&str] = &[
    "name",
    "fullname",
    "displayname",
    "contactname",
    "contact",
    "customername",
    "username",
    "recipientname",
    "nickname",
    "姓名",
    "名字",
    "全名",
    "联系人",
    "联系人姓名",
    "联系人名称",
    "客户姓名",
    "客户名称",
    "收件人",
    "收件人姓名",
    "用户姓名",
    "显示名称",
    "称呼",
    "昵称",
];

/// Fields that most lists have, under one name, so that a template fits lists from everywhere.
const FIELDS: &[(&str, &[&str])] = &[
    ("first_name", &["firstname", "givenname", "forename", "first", "名"]),
    ("last_name", &["lastname", "surname", "familyname", "last", "姓", "姓氏"]),
    (
        "company",
        &[
            "company",
            "companyname",
            "organization",
            "organisation",
            "organizationname",
            "org",
            "employer",
            "公司",
            "公司名称",
            "公司名",
            "单位",
            "单位名称",
            "工作单位",
            "企业",
            "企业名称",
            "所在公司",
        ],
    ),
    ("department", &["department", "dept", "部门", "所在部门"]),
    ("job_title", &["jobtitle", "position", "职位", "职务", "岗位", "职称"]),
    (
        "phone",
        &[
            "phone",
            "phonenumber",
            "telephone",
            "tel",
            "mobile",
            "mobilephone",
            "mobilenumber",
            "cell",
            "cellphone",
            "phone1value",
            "电话",
            "电话号码",
            "联系电话",
            "手机",
            "手机号",
            "手机号码",
            "移动电话",
            "联系方式",
        ],
    ),
    ("city", &["city", "town", "城市", "所在城市", "市"]),
    ("province", &["province", "state", "省", "省份"]),
    ("country", &["country", "countryregion", "国家", "国家地区", "国别"]),
    (
        "address",
        &[
            "address",
            "streetaddress",
            "postaladdress",
            "地址",
            "联系地址",
            "通讯地址",
            "收货地址",
            "详细地址",
        ],
    ),
    ("gender", &["gender", "sex", "性别"]),
    ("birthday", &["birthday", "dateofbirth", "birthdate", "dob", "生日", "出生日期"]),
    ("website", &["website", "url", "homepage", "网址", "网站", "主页"]),
    ("notes", &["notes", "note", "remarks", "remark", "comment", "comments", "备注", "说明"]),
];

/// What a head is known to mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Email,
    Name,
    Field(&'static str),
}

/// The meaning of a head, or `None` where it is the list's own.
pub(crate) fn meaning(head: &str) -> Option<Meaning> {
    let head = bare(head);
    let is_head = |word: &&str| **word == *head;
    if EMAIL.iter().any(is_head) {
        Some(Meaning::Email)
    } else if NAME.iter().any(is_head) {
        Some(Meaning::Name)
    } else {
        let field = FIELDS.iter().find(|(_, words)| words.iter().any(is_head));
        field.map(|(field, _)| Meaning::Field(field))
    }
}

fn bare(head: &str) -> String {
    head.chars().map(narrow).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A full-width letter, digit or sign (U+FF01 … U+FF5E) as the ASCII one it stands for.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use hongyan_domain::FieldName;

    use super::*;

    #[test]
    fn heads_are_known_however_they_are_written() {
        for (head, expected) in [
            ("E-mail Address", Some(Meaning::Email)),
            ("ＥＭＡＩＬ", Some(Meaning::Email)),
            ("电子邮箱（必填）", None),
            (" 邮箱: ", Some(Meaning::Email)),
            ("Full_Name", Some(Meaning::Name)),
            ("姓 名", Some(Meaning::Name)),
            ("姓", Some(Meaning::Field("last_name"))),
            ("Company Name", Some(Meaning::Field("company"))),
            ("会员等级", None),
            ("", None),
        ] {
            assert_eq!(meaning(head), expected, "{head}");
        }
    }

    #[test]
    fn every_word_stands_once_and_in_the_form_it_is_compared_in() {
        let fields = FIELDS.iter().flat_map(|(_, words)| *words);
        let mut words: Vec<&str> = EMAIL.iter().chain(NAME).chain(fields).copied().collect();
        assert!(words.iter().all(|word| bare(word) == *word));
        assert!(FIELDS.iter().all(|(field, _)| FieldName::parse(field).is_ok()));
        let all = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), all);
    }
}
