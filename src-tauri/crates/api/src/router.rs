//! One table of commands for every host: the window, the browser and the terminal.
//!
//! A command knows its request's and its answer's shape, so the TypeScript is written from the same table that
//! dispatches; a host cannot offer a command that the page does not know, nor the other way round.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::future::Future;
use std::pin::Pin;

use hongyan_engine::Engine;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ts_rs::TS;

use crate::error::{ErrorCode, ErrorView, Result};
use crate::event::EngineEvent;
use crate::schema::Declarations;

type Answer = Pin<Box<dyn Future<Output = Result<Value>> + Send>>;
type Handler = Box<dyn Fn(Engine, Value) -> Answer + Send + Sync>;

struct Command {
    handler: Handler,
    /// Adds the shapes to the declarations; gives the TypeScript names of request and answer.
    declare: fn(&mut Declarations) -> (String, String),
}

/// The table of commands.
#[derive(Default)]
pub struct Router {
    commands: BTreeMap<&'static str, Command>,
    /// The names in the order of the table.
    order: Vec<&'static str>,
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.order).finish()
    }
}

impl Router {
    /// Adds a command.
    #[must_use]
    pub fn command<Req, Res, Fut>(
        mut self,
        name: &'static str,
        handler: impl Fn(Engine, Req) -> Fut + Copy + Send + Sync + 'static,
    ) -> Self
    where
        Req: DeserializeOwned + TS + Send + 'static,
        Res: Serialize + TS + 'static,
        Fut: Future<Output = Result<Res>> + Send + 'static,
    {
        let handler: Handler = Box::new(move |engine, request| {
            Box::pin(async move {
                let request: Req = serde_json::from_value(request).map_err(|error| bad_request(&error))?;
                let answer = handler(engine, request).await?;
                serde_json::to_value(answer).map_err(|error| internal(&error))
            })
        });
        let declare =
            |declarations: &mut Declarations| (declarations.add::<Req>(), declarations.add::<Res>());
        self.commands.insert(name, Command { handler, declare });
        self.order.push(name);
        self
    }

    /// Carries a command out.
    pub async fn dispatch(&self, engine: Engine, command: &str, request: Value) -> Result<Value> {
        match self.commands.get(command) {
            Some(found) => (found.handler)(engine, request).await,
            None => Err(ErrorView::new(ErrorCode::UnknownCommand).with("command", command)),
        }
    }

    /// The TypeScript of the whole contract.
    pub fn typescript(&self) -> String {
        let mut declarations = Declarations::new();
        let mut table = String::new();
        for name in &self.order {
            if let Some(command) = self.commands.get(name) {
                let (request, answer) = (command.declare)(&mut declarations);
                // Writing to a String cannot fail.
                let _ = writeln!(table, "  \"{name}\": [{request}, {answer}];");
            }
        }
        declarations.add::<ErrorView>();
        declarations.add::<EngineEvent>();
        format!(
            "// Generated from the Rust crate hongyan-api by `npm run schema`. Do not edit.\n\n{}\n\
             /** Every command: what it takes and what it answers. */\nexport interface Commands {{\n{table}}}\n",
            declarations.into_text()
        )
    }
}

fn bad_request(error: &serde_json::Error) -> ErrorView {
    ErrorView::new(ErrorCode::BadRequest).with_detail(error.to_string())
}

fn internal(error: &serde_json::Error) -> ErrorView {
    ErrorView::new(ErrorCode::Internal).with_detail(error.to_string())
}
