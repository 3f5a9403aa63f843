//! Templates: content that can be used again.

use std::str::FromStr;

use hongyan_domain::{TemplateFormat, TemplateId};
use sqlx::FromRow;

use crate::{Error, Result, Store};

/// What the user wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateValues {
    /// Name.
    pub name: String,
    /// What names are compared by.
    pub name_key: String,
    /// What the body is written in.
    pub format: TemplateFormat,
    /// Subject, with merge fields.
    pub subject: String,
    /// The line that mail programs show behind the subject, with merge fields.
    pub preheader: String,
    /// Body, with merge fields.
    pub body: String,
    /// The user's own text part.
    pub text: Option<String>,
    /// Language tag: `zh-CN` or `en`.
    pub language: String,
}

/// A template as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateRecord {
    /// Row id.
    pub id: TemplateId,
    /// What the user wrote.
    pub values: TemplateValues,
    /// When it was made, unix milliseconds.
    pub created_at_ms: i64,
    /// When it was last changed, unix milliseconds.
    pub updated_at_ms: i64,
}

/// A template in the gallery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateLine {
    /// Row id.
    pub id: TemplateId,
    /// Name.
    pub name: String,
    /// What the body is written in.
    pub format: TemplateFormat,
    /// Subject.
    pub subject: String,
    /// When it was last changed, unix milliseconds.
    pub updated_at_ms: i64,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    name_key: String,
    format: String,
    subject: String,
    preheader: String,
    body: String,
    text: Option<String>,
    language: String,
    created_at_ms: i64,
    updated_at_ms: i64,
}

impl TryFrom<Row> for TemplateRecord {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: TemplateId(row.id),
            values: TemplateValues {
                name: row.name,
                name_key: row.name_key,
                format: TemplateFormat::from_str(&row.format)?,
                subject: row.subject,
                preheader: row.preheader,
                body: row.body,
                text: row.text,
                language: row.language,
            },
            created_at_ms: row.created_at_ms,
            updated_at_ms: row.updated_at_ms,
        })
    }
}

impl Store {
    /// All templates, the latest changed first.
    pub async fn list_templates(&self) -> Result<Vec<TemplateLine>> {
        let rows: Vec<(i64, String, String, String, i64)> = sqlx::query_as(
            "select id, name, format, subject, updated_at_ms from templates
             where deleted_at_ms is null order by updated_at_ms desc, id desc",
        )
        .fetch_all(self.reader())
        .await?;
        rows.into_iter()
            .map(|(id, name, format, subject, updated_at_ms)| {
                let format = TemplateFormat::from_str(&format)?;
                Ok(TemplateLine { id: TemplateId(id), name, format, subject, updated_at_ms })
            })
            .collect()
    }

    /// A template that is not deleted.
    pub async fn load_template(&self, id: TemplateId) -> Result<TemplateRecord> {
        let row: Option<Row> =
            sqlx::query_as("select * from templates where id = $1 and deleted_at_ms is null")
                .bind(id.0)
                .fetch_optional(self.reader())
                .await?;
        row.ok_or(Error::NotFound("template"))?.try_into()
    }

    /// The template with this name.
    pub async fn find_template_by_name(&self, name_key: &str) -> Result<Option<TemplateId>> {
        let id: Option<i64> =
            sqlx::query_scalar("select id from templates where name_key = $1 and deleted_at_ms is null")
                .bind(name_key)
                .fetch_optional(self.reader())
                .await?;
        Ok(id.map(TemplateId))
    }

    /// Adds a template; [`Error::Taken`] where there is one of that name.
    pub async fn insert_template(&self, values: &TemplateValues, now_ms: i64) -> Result<TemplateId> {
        let mut transaction = self.begin().await?;
        let id = sqlx::query_scalar(
            "insert into templates
                 (name, name_key, format, subject, preheader, body, text, language, created_at_ms, updated_at_ms)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) returning id",
        )
        .bind(&values.name)
        .bind(&values.name_key)
        .bind(values.format.as_str())
        .bind(&values.subject)
        .bind(&values.preheader)
        .bind(&values.body)
        .bind(&values.text)
        .bind(&values.language)
        .bind(now_ms)
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(TemplateId(id))
    }

    /// Gives a template new content; [`Error::Taken`] where another has its name.
    pub async fn update_template(&self, id: TemplateId, values: &TemplateValues, now_ms: i64) -> Result<()> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update templates
             set name = $2, name_key = $3, format = $4, subject = $5, preheader = $6, body = $7, text = $8,
                 language = $9, updated_at_ms = $10
             where id = $1 and deleted_at_ms is null",
        )
        .bind(id.0)
        .bind(&values.name)
        .bind(&values.name_key)
        .bind(values.format.as_str())
        .bind(&values.subject)
        .bind(&values.preheader)
        .bind(&values.body)
        .bind(&values.text)
        .bind(&values.language)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Err(Error::NotFound("template"));
        }
        Ok(transaction.commit().await?)
    }

    /// Hides a template; `restore_template` brings it back.
    pub async fn delete_template(&self, id: TemplateId, now_ms: i64) -> Result<()> {
        let mut transaction = self.begin().await?;
        let done =
            sqlx::query("update templates set deleted_at_ms = $2 where id = $1 and deleted_at_ms is null")
                .bind(id.0)
                .bind(now_ms)
                .execute(&mut *transaction)
                .await?;
        if done.rows_affected() == 0 {
            return Err(Error::NotFound("template"));
        }
        Ok(transaction.commit().await?)
    }

    /// Brings a hidden template back; `false` where none is hidden under this id, [`Error::Taken`] where another has
    /// its name now.
    pub async fn restore_template(&self, id: TemplateId) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update templates set deleted_at_ms = null where id = $1 and deleted_at_ms is not null",
        )
        .bind(id.0)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// The name of a hidden template.
    pub async fn find_deleted_template_name(&self, id: TemplateId) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("select name from templates where id = $1 and deleted_at_ms is not null")
            .bind(id.0)
            .fetch_optional(self.reader())
            .await?)
    }

    /// The name of a campaign that has this template and is not over.
    pub async fn find_campaign_of_template(&self, id: TemplateId) -> Result<Option<String>> {
        Ok(sqlx::query_scalar(
            "select name from campaigns
             where template_id = $1 and deleted_at_ms is null and state not in ('finished', 'cancelled')
             order by id limit 1",
        )
        .bind(id.0)
        .fetch_optional(self.reader())
        .await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(name: &str) -> TemplateValues {
        TemplateValues {
            name: name.to_owned(),
            name_key: name.to_lowercase(),
            format: TemplateFormat::Markdown,
            subject: "您好 {{ name }}".into(),
            preheader: String::new(),
            body: "# Hi".into(),
            text: None,
            language: "zh-CN".into(),
        }
    }

    #[tokio::test]
    async fn a_hidden_template_gives_its_name_free_and_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let id = store.insert_template(&values("News"), 1).await.unwrap();
        assert_eq!(store.load_template(id).await.unwrap().values, values("News"));
        assert!(matches!(store.insert_template(&values("NEWS"), 1).await, Err(Error::Taken)));
        store.delete_template(id, 2).await.unwrap();
        assert!(matches!(store.load_template(id).await, Err(Error::NotFound(_))));
        assert!(matches!(store.update_template(id, &values("News"), 3).await, Err(Error::NotFound(_))));
        let second = store.insert_template(&values("News"), 3).await.unwrap();
        assert!(matches!(store.restore_template(id).await, Err(Error::Taken)));
        store.update_template(second, &values("Other"), 4).await.unwrap();
        assert!(store.restore_template(id).await.unwrap());
        assert!(!store.restore_template(id).await.unwrap());
        let names: Vec<String> =
            store.list_templates().await.unwrap().into_iter().map(|row| row.name).collect();
        assert_eq!(names, ["Other", "News"]);
    }
}
