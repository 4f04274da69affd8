// Package element has the elements and attributes of HTML that pages are made of. It is maragu.dev/gomponents/html with
// functions that the compiler does not copy to where they are called: each copy of a closure there takes half a kilobyte.
package element

import g "maragu.dev/gomponents"

// El is an element.
//
//go:noinline
func El(name string, children ...g.Node) g.Node { return g.El(name, children...) }

// Attr is an attribute with a value, which is escaped.
//
//go:noinline
func Attr(name, value string) g.Node { return g.Attr(name, value) }

// Flag is an attribute without a value.
//
//go:noinline
func Flag(name string) g.Node { return g.Attr(name) }

// Text is a text, which is escaped.
//
//go:noinline
func Text(text string) g.Node { return g.Text(text) }

// Raw is markup that this program has made.
//
//go:noinline
func Raw(markup string) g.Node { return g.Raw(markup) }

// Elements.

func A(children ...g.Node) g.Node          { return El("a", children...) }
func Body(children ...g.Node) g.Node       { return El("body", children...) }
func Button(children ...g.Node) g.Node     { return El("button", children...) }
func Caption(children ...g.Node) g.Node    { return El("caption", children...) }
func Code(children ...g.Node) g.Node       { return El("code", children...) }
func Dd(children ...g.Node) g.Node         { return El("dd", children...) }
func Details(children ...g.Node) g.Node    { return El("details", children...) }
func Div(children ...g.Node) g.Node        { return El("div", children...) }
func Dl(children ...g.Node) g.Node         { return El("dl", children...) }
func Dt(children ...g.Node) g.Node         { return El("dt", children...) }
func FigCaption(children ...g.Node) g.Node { return El("figcaption", children...) }
func Figure(children ...g.Node) g.Node     { return El("figure", children...) }
func Footer(children ...g.Node) g.Node     { return El("footer", children...) }
func Form(children ...g.Node) g.Node       { return El("form", children...) }
func H1(children ...g.Node) g.Node         { return El("h1", children...) }
func H2(children ...g.Node) g.Node         { return El("h2", children...) }
func H3(children ...g.Node) g.Node         { return El("h3", children...) }
func Head(children ...g.Node) g.Node       { return El("head", children...) }
func Header(children ...g.Node) g.Node     { return El("header", children...) }
func HTML(children ...g.Node) g.Node       { return El("html", children...) }
func Input(children ...g.Node) g.Node      { return El("input", children...) }
func Label(children ...g.Node) g.Node      { return El("label", children...) }
func Li(children ...g.Node) g.Node         { return El("li", children...) }
func Link(children ...g.Node) g.Node       { return El("link", children...) }
func Main(children ...g.Node) g.Node       { return El("main", children...) }
func Meta(children ...g.Node) g.Node       { return El("meta", children...) }
func Nav(children ...g.Node) g.Node        { return El("nav", children...) }
func Ol(children ...g.Node) g.Node         { return El("ol", children...) }
func Option(children ...g.Node) g.Node     { return El("option", children...) }
func P(children ...g.Node) g.Node          { return El("p", children...) }
func Pre(children ...g.Node) g.Node        { return El("pre", children...) }
func Script(children ...g.Node) g.Node     { return El("script", children...) }
func Section(children ...g.Node) g.Node    { return El("section", children...) }
func Select(children ...g.Node) g.Node     { return El("select", children...) }
func Small(children ...g.Node) g.Node      { return El("small", children...) }
func Span(children ...g.Node) g.Node       { return El("span", children...) }
func Strong(children ...g.Node) g.Node     { return El("strong", children...) }
func Summary(children ...g.Node) g.Node    { return El("summary", children...) }
func Table(children ...g.Node) g.Node      { return El("table", children...) }
func TBody(children ...g.Node) g.Node      { return El("tbody", children...) }
func Td(children ...g.Node) g.Node         { return El("td", children...) }
func TextArea(children ...g.Node) g.Node   { return El("textarea", children...) }
func Th(children ...g.Node) g.Node         { return El("th", children...) }
func THead(children ...g.Node) g.Node      { return El("thead", children...) }
func Time(children ...g.Node) g.Node       { return El("time", children...) }
func TitleEl(children ...g.Node) g.Node    { return El("title", children...) }
func Tr(children ...g.Node) g.Node         { return El("tr", children...) }
func Ul(children ...g.Node) g.Node         { return El("ul", children...) }

// Attributes.

func Action(value string) g.Node       { return Attr("action", value) }
func AutoComplete(value string) g.Node { return Attr("autocomplete", value) }
func Charset(value string) g.Node      { return Attr("charset", value) }
func Class(value string) g.Node        { return Attr("class", value) }
func Content(value string) g.Node      { return Attr("content", value) }
func DateTime(value string) g.Node     { return Attr("datetime", value) }
func For(value string) g.Node          { return Attr("for", value) }
func Href(value string) g.Node         { return Attr("href", value) }
func ID(value string) g.Node           { return Attr("id", value) }
func Lang(value string) g.Node         { return Attr("lang", value) }
func Max(value string) g.Node          { return Attr("max", value) }
func Method(value string) g.Node       { return Attr("method", value) }
func Min(value string) g.Node          { return Attr("min", value) }
func Name(value string) g.Node         { return Attr("name", value) }
func Placeholder(value string) g.Node  { return Attr("placeholder", value) }
func Rel(value string) g.Node          { return Attr("rel", value) }
func Role(value string) g.Node         { return Attr("role", value) }
func Rows(value string) g.Node         { return Attr("rows", value) }
func Scope(value string) g.Node        { return Attr("scope", value) }
func Src(value string) g.Node          { return Attr("src", value) }
func Step(value string) g.Node         { return Attr("step", value) }
func TabIndex(value string) g.Node     { return Attr("tabindex", value) }
func Title(value string) g.Node        { return Attr("title", value) }
func Type(value string) g.Node         { return Attr("type", value) }
func Value(value string) g.Node        { return Attr("value", value) }
func Aria(name, value string) g.Node   { return Attr("aria-"+name, value) }
func Data(name, value string) g.Node   { return Attr("data-"+name, value) }

// Attributes without a value.

func Checked() g.Node  { return Flag("checked") }
func Defer() g.Node    { return Flag("defer") }
func Disabled() g.Node { return Flag("disabled") }
func Hidden() g.Node   { return Flag("hidden") }
func Open() g.Node     { return Flag("open") }
func Required() g.Node { return Flag("required") }
func Selected() g.Node { return Flag("selected") }
