//! The people of the stories: as many as wanted, each with a name, a city and an address of their own.

/// Their domain. Nothing for it leaves this computer (RFC 2606).
pub const DOMAIN: &str = "people.example";

const FAMILIES: [&str; 8] = ["王", "李", "欧阳", "陈", "刘", "赵", "Nguyễn", "O'Neil"];
const GIVEN: [&str; 5] = ["丽", "建国", "小雨", "Åsa", "\"Bob\""];
const CITIES: [&str; 4] = ["北京", "上海", "Zürich", "大理 <古城>"];

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Address.
    pub address: String,
    /// Full name.
    pub name: String,
    /// City.
    pub city: String,
}

/// The person with a number, counted from 1.
pub fn person(number: usize) -> Person {
    Person {
        address: format!("p{number}@{DOMAIN}"),
        name: format!("{}{} {number}", FAMILIES[number % FAMILIES.len()], GIVEN[number % GIVEN.len()]),
        city: CITIES[number % CITIES.len()].to_owned(),
    }
}

/// The first so many people.
pub fn people(count: usize) -> impl Iterator<Item = Person> {
    (1..=count).map(person)
}

/// A file of the first so many people, as a spreadsheet writes it.
pub fn csv_of(count: usize) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let rows = people(count)
        .map(|person| format!("{},{},{}\r\n", person.address, quoted(&person.name), quoted(&person.city)));
    std::iter::once("email,name,city\r\n".to_owned()).chain(rows).collect()
}
