package operation

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// TestAfterAFailureAnUpdateChangesAgain what the one before was to change, and what it may have changed.
func TestAfterAFailureAnUpdateChangesAgain(t *testing.T) {
	t.Parallel()
	tag := func(value string) []cloudformation.Tag { return []cloudformation.Tag{{Key: "k", Value: value}} }
	for _, test := range []struct{ name, before, asked, wanted, from string }{
		{"the same again", `{"A":"1","B":"1","Old":"1"}`, `{"A":"2","B":"1","New":"2"}`, `{"A":"2","B":"1","New":"2"}`, `{"A":"1","B":"1","Old":"1"}`},
		{"back", `{"A":"1","B":"1","Old":"1"}`, `{"A":"2","B":"1","New":"2"}`, `{"A":"1","B":"1","Old":"1"}`, `{"A":"2","B":"1","New":"2"}`},
		{"something else", `{"A":"1","B":"1"}`, `{"A":"2","B":"1"}`, `{"A":"2","B":"3"}`, `{"A":"1","B":"1"}`},
	} {
		p := &cloudformation.Physical{Previous: read(t, test.before), Properties: read(t, test.asked), PreviousTags: tag("1"), Tags: tag("2")}
		changesFrom(p, read(t, test.wanted), tag("2"))
		if !p.Previous.Equal(read(t, test.from)) || p.PreviousTags[0].Value != "1" {
			t.Errorf("%s: it changes from %s, %v", test.name, p.Previous.JSON(), p.PreviousTags)
		}
	}
	p := &cloudformation.Physical{Properties: read(t, `{"A":"2"}`), Tags: tag("2")}
	changesFrom(p, read(t, `{"A":"3"}`), tag("3"))
	if p.Previous.JSON() != `{"A":"2"}` || p.PreviousTags[0].Value != "2" {
		t.Errorf("after a success it changes from %s, %v", p.Previous.JSON(), p.PreviousTags)
	}
}

func read(t *testing.T, text string) *document.Value {
	t.Helper()
	v, err := document.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
