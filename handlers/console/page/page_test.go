package page_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// nasty is what an attacker writes where a name or a line of output stands.
const nasty = "\"'><script>alert(1)</script>&\x1b]0;x\x07\u202e"

func render(t *testing.T, n g.Node) string {
	t.Helper()
	var b strings.Builder
	if err := n.Render(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTextIsNeverMarkup has each element of the kit show what an attacker writes.
func TestTextIsNeverMarkup(t *testing.T) {
	at := time.Unix(1, 0)
	r := &page.Request{Query: url.Values{"q": {nasty}, "status": {nasty}, nasty: {nasty}}, Path: "/x"}
	for name, node := range map[string]g.Node{
		"text": page.Text(nasty), "formatted": page.Textf("%s", nasty), "code": page.Code(nasty), "pre": page.Pre(nasty, nasty), "link": page.A(nasty, r.To(nasty)),
		"badge": page.Badge(page.Good, nasty), "status": page.Status(nasty), "note": page.Note(nasty), "details": page.Details("id", nasty),
		"pairs": page.Pairs(page.Pair{Name: "name", Value: page.Or(nasty)}), "links": page.Links([]page.Link{{Text: nasty, To: r.With("q", nasty)}}),
		"table": page.Table(nasty, []string{"head"}, []page.Row{{ID: nasty, Cells: []g.Node{page.Text(nasty)}}}), "empty table": page.Table(nasty, nil, nil),
		"graph": page.Graph{ID: "g", Caption: nasty, Series: []page.Series{{Name: nasty, Points: []page.Point{{At: at, Value: 1}}}}}.Node(),
		"bar":   page.Bar("b", nasty, []page.Mark{{Name: nasty, At: at}, {Name: nasty, At: at.Add(time.Second)}}, false),
		"lines": page.Lines("l", nasty, []page.Line{{At: at, Label: nasty, Text: nasty}}), "filter": r.Filter(nasty, nasty),
		"form": r.Post(page.Form{ID: "f", Action: nasty, Title: nasty, Submit: nasty, Fields: []page.Field{
			page.Hidden(nasty, nasty), {Name: nasty, Label: nasty, Value: nasty, Hint: nasty}, {Name: "c", Label: nasty, Kind: "checkbox"},
			{Name: "o", Label: nasty, Options: []page.Option{{Value: nasty, Label: nasty}}},
		}}),
		"attribute": h.Div(h.ID(nasty), h.Data("x", nasty), h.Aria("label", nasty), h.Title(nasty)),
	} {
		got := render(t, node)
		if strings.Contains(got, "<script") || strings.Contains(got, `"'>`) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestControlCharactersAreShown(t *testing.T) {
	for text, want := range map[string]string{
		"web": "web", "a\tb\nc": "a\tb\nc", "\x1b[31m": "␛[31m", "\x00\x07\r": "␀␇␍", "\x7f": "␡", "\u0085": "⟨U+0085⟩", "a\u202eb": "a⟨U+202E⟩b", "größer": "größer",
	} {
		if got := page.Visible(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestAddressesStayOnTheConsole(t *testing.T) {
	for to, want := range map[string]string{
		page.Prefix: page.Prefix, page.Prefix + "/a?b": page.Prefix + "/a?b", page.Prefix + "?a": page.Prefix + "?a",
		"javascript:alert(1)": page.Prefix, "//evil.example": page.Prefix, "https://evil.example": page.Prefix, page.Prefix + ".evil": page.Prefix, "/": page.Prefix, "": page.Prefix,
	} {
		if got := page.Local(to); got != want {
			t.Errorf("%q: %q, want %q", to, got, want)
		}
	}
	here := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	r := &page.Request{Scope: here, Default: here, Path: "/clusters/shop", Query: url.Values{"q": {"a b"}, "after": {"tasks/1"}, "region": {"us-east-1"}}, Vars: map[string]string{"cluster": "shop"}}
	there := arn.Scope{Region: "eu-central-1", Account: "000000000000"}
	for got, want := range map[string]string{
		r.To("services", "a/b", "ü?"): page.Prefix + "/services/a%2Fb/%C3%BC%3F",
		r.With("status", "RUNNING"):   page.Prefix + "/clusters/shop?q=a+b&status=RUNNING",
		r.With("q", ""):               page.Prefix + "/clusters/shop",
		r.Self():                      page.Prefix + "/clusters/shop?after=tasks%2F1&q=a+b",
		r.In(there):                   page.Prefix + "?account=000000000000&region=eu-central-1",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestColoursOfTerminals(t *testing.T) {
	for text, want := range map[string]string{
		"plain <b>":                      "plain &lt;b&gt;",
		"\x1b[1;31mred\x1b[0m!":          `<span class="bold fg-red">red</span>!`,
		"\x1b[92;44mx\x1b[39my\x1b[49mz": `<span class="fg-bright-green bg-blue">x</span><span class="bg-blue">y</span>z`,
		"\x1b[38;5;208mx":                "x",
		"\x1b[38;2;1;2;3;4mx":            `<span class="underline">x</span>`,
		"\x1b[2Kx":                       "␛[2Kx",
		"\x1b[31":                        "␛[31",
		"\x1b[99999999999999999999mx":    "x",
	} {
		if got := render(t, page.Lines("l", "x", []page.Line{{Text: text}})); !strings.Contains(got, `<span class="text">`+want+"</span></div>") {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestFirstOfAList(t *testing.T) {
	var all []int
	for i := range 1000 {
		all = append(all, i*7919%1000)
	}
	got := page.First(all, 5, func(x, y int) int { return y - x })
	for i, n := range got {
		if n != 999-i {
			t.Errorf("the first five are %v", got)
		}
	}
}
