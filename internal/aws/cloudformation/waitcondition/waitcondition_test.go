package waitcondition_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/waitcondition"
)

const stackID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1"

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// TestURL: it is good for a day, and for one creation of one handle.
func TestURL(t *testing.T) {
	t.Parallel()
	made, err := url.Parse(waitcondition.URL("http://127.0.0.1:4566/", stackID, "Handle", "one", noon))
	if err != nil || made.Path != "/_emulator/wait-conditions/eu-west-1/123456789012/shop/1/Handle" {
		t.Fatalf("%s, %v", made, err)
	}
	for _, each := range []struct {
		stack, handle, incarnation string
		now                        time.Time
		want                       waitcondition.Access
	}{
		{stackID, "Handle", "one", noon, waitcondition.Allowed},
		{stackID, "Handle", "one", noon.Add(waitcondition.Lifetime - 1), waitcondition.Allowed},
		{stackID, "Handle", "one", noon.Add(waitcondition.Lifetime), waitcondition.Expired},
		{stackID, "Handle", "two", noon, waitcondition.Denied},
		{stackID, "Other", "one", noon, waitcondition.Denied},
		{stackID + "2", "Handle", "one", noon, waitcondition.Denied},
	} {
		if got := waitcondition.Check(made.Query(), each.stack, each.handle, each.incarnation, each.now); got != each.want {
			t.Errorf("%+v: %d", each, got)
		}
	}
	longer := made.Query()
	longer.Set("Expires", "99999999999")
	for _, query := range []url.Values{longer, {}} {
		if got := waitcondition.Check(query, stackID, "Handle", "one", noon); got != waitcondition.Denied {
			t.Errorf("%v: %d", query, got)
		}
	}
	if _, is := waitcondition.HandleOf(made.String(), stackID+"2"); is {
		t.Error("it is a handle of another stack")
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]signal.Signal{
		`{"Status": "SUCCESS", "UniqueId": "a", "Data": "x", "Reason": "y"}`: {UniqueID: "a", Data: "x", Reason: "y"},
		`{"Status": "FAILURE", "UniqueId": "a", "Data": {"b": 1}}`:           {UniqueID: "a", Failed: true, Data: `{"b": 1}`},
		`{"Status": "SUCCESS", "UniqueId": "a"}`:                             {UniqueID: "a"},
	} {
		if got, err := waitcondition.Read([]byte(body)); got != want || err != nil {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
	for _, body := range []string{``, `[]`, `{"Status": "DONE", "UniqueId": "a"}`, `{"Status": "SUCCESS"}`, `{"Status": 1}`} {
		if got, err := waitcondition.Read([]byte(body)); err == nil {
			t.Errorf("%s: %+v", body, got)
		}
	}
}
