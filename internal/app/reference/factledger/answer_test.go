package factledger

import (
	"slices"
	"strings"
	"testing"
)

func wanted(t *testing.T, parts ...string) Wanted {
	t.Helper()
	w, err := NewWanted(parts, func(string) (string, error) { return `{"id": "=ID", "count": 1}`, nil })
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAnswersMemberByMember(t *testing.T) {
	w := wanted(t, `{"thing": "@thing.json", "at": "=AT /[\\d.E]+/", "again": "=AT", "name": "/a+/", "tags": []}`, `{"thing": {"count": 2}, "tags": null}`)
	if got := w.Names(); !slices.Equal(got, []string{"AT", "AT", "ID"}) {
		t.Errorf("names are %q", got)
	}
	const answer = `{"thing":{"id":"x","count":2},"at":1.5E9,"again":1.5E9,"name":"aa"}`
	differ, names := w.Differences(answer)
	if len(differ) > 0 || names["ID"] != "x" || names["AT"] != "1.5E9" {
		t.Errorf("differs %q, names %v", differ, names)
	}
	bound := w.Bind(Names{"ID": "x", "AT": "1.5E9"})
	for _, other := range []struct{ old, by, in string }{
		{`"count":2`, `"count":3`, "thing.count is 3, not 2"},
		{`,"count":2`, ``, "thing.count is missing"},
		{`"name":"aa"`, `"name":"aab"`, `name is "aab"`},
		{`"again":1.5E9`, `"again":1.6E9`, "again is 1.6E9"},
		{`"id":"x"`, `"id":"y"`, `thing.id is "y"`},
		{`"at":1.5E9,"again":1.5E9`, `"at":1.6E9,"again":1.6E9`, "at is 1.6E9"},
		{`{"thing"`, `{"more":{},"thing"`, "more is there: {}"},
	} {
		differ, _ := bound.Differences(strings.Replace(answer, other.old, other.by, 1))
		if !strings.Contains(strings.Join(differ, "\n"), other.in) {
			t.Errorf("%s in the place of %s differs in %q", other.by, other.old, differ)
		}
	}
	if !bound.Is(answer) {
		t.Error("the same answer is another one once names are bound")
	}
}

func TestAnswersBindsNoTextsOfTheAnswer(t *testing.T) {
	if w := wanted(t, `{"a": "=A /x+/"}`); w.Is(`{"a":"y"}`) || w.Is(`{"a":["x"]}`) || w.Is(`[]`) || w.Is("none") {
		t.Error("a name takes what its pattern does not match")
	}
	if _, err := NewWanted([]string{`{`}, nil); err == nil {
		t.Error("half an object is taken")
	}
}
