//! temp
use ts_rs::TS;
#[derive(Default)]
pub struct Router {
    rows: Vec<(&'static str, String, String)>,
    d: Option<crate::schema::Declarations>,
}
impl Router {
    pub fn declare<A: TS + 'static, B: TS + 'static>(mut self, name: &'static str) -> Self {
        let d = self.d.get_or_insert_with(crate::schema::Declarations::new);
        let (a, b) = (d.add::<A>(), d.add::<B>());
        self.rows.push((name, a, b));
        self
    }
    pub fn typescript(mut self) -> String {
        let mut d = self.d.take().unwrap_or_else(crate::schema::Declarations::new);
        d.add::<crate::ErrorView>();
        d.add::<crate::EngineEvent>();
        let mut out = String::from(
            "// Generated from the Rust crate hongyan-api by `npm run schema`. Do not edit.\n\n",
        );
        out.push_str(&d.into_text());
        out.push_str(
            "\n/** Every command: what it takes and what it answers. */\nexport interface Commands {\n",
        );
        for (n, a, b) in self.rows {
            out.push_str(&format!("  \"{n}\": [{a}, {b}];\n"));
        }
        out.push_str("}\n");
        out
    }
}
