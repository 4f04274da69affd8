package awsapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/rest"
)

type (
	letInput struct {
		Animal, Cage *string
		Nights       *int32
		Alone        *bool
		Toys         []string
	}
	letOutput struct{ Told string }
	askInput  struct{ Animal *string }
)

// inn lets cages by REST JSON.
func inn() http.Handler {
	let := func(_ context.Context, in *letInput) (*letOutput, error) {
		switch aws.ToString(in.Animal) {
		case "dodo":
			return nil, &awsapi.Error{Code: "GoneException", Message: "It is extinct."}
		case "bug":
			return nil, fmt.Errorf("broken")
		}
		text, err := json.Marshal(in)
		return &letOutput{Told: string(text)}, err
	}
	ask := func(_ context.Context, in *askInput) (*letOutput, error) { return &letOutput{Told: *in.Animal}, nil }
	return awsapi.Service{
		Name: "inn", ID: "Inn", Complete: true, Statuses: map[string]int{"GoneException": 410},
		Protocol: awsapi.REST{
			ErrorSuffix: "http://inn/",
			Routes: []rest.Route{
				{Operation: "Let", Method: "POST", Path: "/animals/{Animal}", Status: 201, Query: map[string]string{"nights": "Nights", "alone": "Alone", "toys": "Toys"}},
				{Operation: "Ask", Method: "GET", Path: "/animals/{Animal}"},
				{Operation: "Ask", Method: "GET", Path: "/animals/{Animal}/name"},
			},
		},
		Operations: []awsapi.Operation{awsapi.Works("Let", "", let), awsapi.Works("Ask", "", ask)},
	}.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler), MaxBody: 1000})
}

func askInn(method, target, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	inn().ServeHTTP(w, httptest.NewRequest(method, target, strings.NewReader(body)))
	return w
}

func TestREST(t *testing.T) {
	for _, test := range []struct {
		method, target, body string
		status               int
		code, answer         string
	}{
		{"POST", "/animals/cow?nights=2&alone=true&toys=a&toys=b%20c", `{"Cage":"big"}`, 201, "",
			`{"Told":"{\"Animal\":\"cow\",\"Cage\":\"big\",\"Nights\":2,\"Alone\":true,\"Toys\":[\"a\",\"b c\"]}"}`},
		{"POST", "/animals/cow", ``, 201, "", `{"Told":"{\"Animal\":\"cow\",\"Cage\":null,\"Nights\":null,\"Alone\":null,\"Toys\":null}"}`},
		// What stands in the path and in the query no body says.
		{"POST", "/animals/cow?alone=false", `{"Animal":"hen","Nights":7,"Toys":["x"]}`, 201, "",
			`{"Told":"{\"Animal\":\"cow\",\"Cage\":null,\"Nights\":null,\"Alone\":false,\"Toys\":null}"}`},
		{"GET", "/animals/arn%3Aaws%3Az%2F1", `not read`, 200, "", `{"Told":"arn:aws:z/1"}`},
		{"GET", "/animals/cow/name", ``, 200, "", `{"Told":"cow"}`},
		{"GET", "/animals/cow?what=ever", ``, 200, "", `{"Told":"cow"}`},
		{"POST", "/animals/dodo", ``, 410, "GoneException", `{"Message":"It is extinct."}`},
		{"PUT", "/animals/cow", ``, 405, "UnknownOperationException", `{"Message":"The path /animals/cow of inn is called with POST, GET, not PUT."}`},
		{"GET", "/animals/", ``, 404, "UnknownOperationException", `{"Message":"inn has no operation GET /animals/."}`},
		{"GET", "/plants/cow", ``, 404, "UnknownOperationException", `{"Message":"inn has no operation GET /plants/cow."}`},
		{"GET", "/", ``, 404, "UnknownOperationException", `{"Message":"inn has no operation GET /."}`},
		{"POST", "/animals/cow?nights=many", ``, 400, "SerializationException", `{"Message":"The parameter nights is \"many\", which is not an integer."}`},
		{"POST", "/animals/cow?nights=", ``, 400, "SerializationException", `{"Message":"The parameter nights is \"\", which is not an integer."}`},
		{"POST", "/animals/cow?nights=3000000000", ``, 400, "SerializationException", `{"Message":"The parameter nights is \"3000000000\", which is not an integer."}`},
		{"POST", "/animals/cow?nights=1&nights=1", ``, 400, "SerializationException", `{"Message":"The parameter nights is given 2 times."}`},
		{"POST", "/animals/cow?alone=1", ``, 400, "SerializationException", `{"Message":"The parameter alone is \"1\", which is neither true nor false."}`},
		{"GET", "/animals/cow?a=%zz", ``, 400, "SerializationException", `{"Message":"The query string of the request cannot be read: invalid URL escape \"%zz\"."}`},
		{"POST", "/animals/cow", `{"Cage":`, 400, "SerializationException", ""},
		{"POST", "/animals/cow", `{"Cage":{}}`, 400, "SerializationException", ""},
		{"POST", "/animals/cow", strings.Repeat(" ", 1001), 413, "RequestEntityTooLargeException", `{"Message":"The request body is larger than 1000 bytes."}`},
	} {
		w := askInn(test.method, test.target, test.body)
		h := w.Header()
		code := strings.TrimSuffix(strings.Join(errorTypes(h), ""), ":http://inn/")
		if w.Code != test.status || code != test.code || test.answer != "" && w.Body.String() != test.answer || h.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s %.30s\n%d %s %s, want\n%d %s %s", test.method, test.target, test.body, w.Code, code, w.Body, test.status, test.code, test.answer)
		}
		if test.code != "" && len(errorTypes(h)) != 1 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s: %v %s", test.method, test.target, h, w.Body)
		}
	}
	if w := askInn("POST", "/animals/bug", ""); w.Code != 500 || errorTypes(w.Header())[0] != "InternalServerException:http://inn/" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// Any text is the animal that it is, and no path is more than one of these.
func FuzzRESTPath(f *testing.F) {
	for _, seed := range []string{"cow", "a/b", "arn:aws:scheduler:us-east-1:123456789012:schedule-group/g", "%", "%2F", "..", "/", "?x=1", "#", "\x00", "ü", "\xff", "name", "+", ";"} {
		f.Add(seed)
	}
	handler := inn()
	f.Fuzz(func(t *testing.T, text string) {
		serve := func(u *url.URL) *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			r := &http.Request{Method: "GET", URL: u, Header: http.Header{}, Body: http.NoBody}
			handler.ServeHTTP(w, r)
			if w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
				t.Fatalf("%q: %d %s", u, w.Code, w.Body)
			}
			return w
		}
		escaped := url.PathEscape(text)
		whole := "/animals/" + escaped
		w := serve(&url.URL{Path: "/animals/" + text, RawPath: whole})
		want, err := json.Marshal(map[string]string{"Told": text})
		if err != nil {
			t.Fatal(err)
		}
		var told, wanted struct{ Told string }
		if json.Unmarshal(w.Body.Bytes(), &told) != nil || json.Unmarshal(want, &wanted) != nil {
			t.Fatal(w.Body)
		}
		switch {
		case text == "":
			if w.Code != http.StatusNotFound {
				t.Errorf("no animal: %d", w.Code)
			}
		case w.Code != http.StatusOK || told != wanted:
			t.Errorf("%q is told as %q, %d", text, told.Told, w.Code)
		}
		if u, err := url.ParseRequestURI("/" + text); err == nil {
			if u.Path = strings.Clone(u.Path); u.Path != "" {
				serve(u)
			}
		}
	})
}

// errorTypes are those that an answer has, by the name of the header as AWS writes it.
func errorTypes(h http.Header) []string {
	name := "x-amzn-errortype"
	return h[name]
}
