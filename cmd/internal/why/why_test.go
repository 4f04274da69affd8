package why_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/why"
)

// answering is an emulator that answers these paths.
func answering(answers map[string]string) func(context.Context, string, url.Values) (*http.Response, error) {
	return func(_ context.Context, path string, _ url.Values) (*http.Response, error) {
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", "application/json")
		if answers[path] == "" {
			w.WriteHeader(http.StatusNotFound)
		}
		w.WriteString(answers[path])
		return w.Result(), nil
	}
}

// TestAnIDOfATaskAndOfARequestIsOneDocument: a program that reads the answer as JSON finds both in it.
func TestAnIDOfATaskAndOfARequestIsOneDocument(t *testing.T) {
	const task = `{"of": "arn:aws:ecs:us-east-1:000000000000:task/default/0123abcd", "kind": "task", "asWanted": false, "answers": [], "later": 1}`
	const request = `{"requestId": "0123abcd-4567", "decisions": []}`
	for name, c := range map[string]struct {
		answers map[string]string
		code    int
		members []string
	}{
		"a task":    {map[string]string{"why": task}, 3, []string{"of", "kind", "asWanted", "answers", "later"}},
		"a request": {map[string]string{"access/0123abcd": request}, 0, []string{"requestId", "decisions"}},
		"both":      {map[string]string{"why": task, "access/0123abcd": request}, 3, []string{"of", "kind", "asWanted", "answers", "later", "request"}},
	} {
		command := why.Command{
			Get: answering(c.answers), Refusal: func(*http.Response) error { return errors.New("there is none") }, Ref: "0123abcd", JSON: true,
		}
		var stdout strings.Builder
		code, err := command.Run(t.Context(), &stdout)
		var members map[string]json.RawMessage
		if parsed := json.Unmarshal([]byte(stdout.String()), &members); code != c.code || err != nil || parsed != nil || len(members) != len(c.members) {
			t.Errorf("%s: exit code %d, %v, %v: %s", name, code, err, parsed, &stdout)
		}
		for _, member := range c.members {
			if members[member] == nil {
				t.Errorf("%s lacks %s: %s", name, member, &stdout)
			}
		}
	}
}

// TestAnswersOfTwoRegionsAreToldApart: services of one name have the same sentences.
func TestAnswersOfTwoRegionsAreToldApart(t *testing.T) {
	in := func(region string) string {
		return `{"of": "arn:aws:ecs:` + region + `:000000000000:service/default/web", "cause": "starting", "sentence": "Service web starts.", "evidence": [], "because": []}`
	}
	for answers, want := range map[string]string{
		in("eu-west-1"): "Service web starts.\n",
		in("eu-west-1") + `, {"sentence": "It waits."}`: "Service web starts.\n\nIt waits.\n",
		in("eu-west-1") + "," + in("us-east-1"):         "In eu-west-1 of account 000000000000:\nService web starts.\n\nIn us-east-1 of account 000000000000:\nService web starts.\n",
	} {
		command := why.Command{
			Get:     answering(map[string]string{"why": `{"asWanted": false, "answers": [` + answers + `]}`}),
			Refusal: func(*http.Response) error { return errors.New("there is none") },
		}
		var stdout strings.Builder
		if code, err := command.Run(t.Context(), &stdout); code != 3 || err != nil || stdout.String() != want {
			t.Errorf("exit code %d, %v:\n%s", code, err, &stdout)
		}
	}
}
