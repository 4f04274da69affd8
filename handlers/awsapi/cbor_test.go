package awsapi_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

type (
	feedInput  struct{ Animal *string }
	feedOutput struct{ Eaten *string }
)

var zooErrors = awsapi.ErrorNames{Namespace: "com.zoo", QueryCodes: true}

// zoo speaks three protocols. Its animals eat what they are, and some refuse.
func zoo(o awsapi.Options) http.Handler {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	feed := func(_ context.Context, in *feedInput) (*feedOutput, error) {
		switch *in.Animal {
		case "dodo":
			return nil, &awsapi.Error{Code: "Gone", Shape: "GoneFault", Message: "It is extinct.", Status: http.StatusNotFound}
		case "bug":
			return nil, fmt.Errorf("broken")
		}
		return &feedOutput{Eaten: in.Animal}, nil
	}
	return awsapi.Service{
		Name: "zoo", ID: "Zoo", Complete: true, Actions: "animals",
		Protocol: awsapi.JSON{TargetPrefix: "Zoo2010", Version: "1.0", Codec: wire.AsIs, Errors: zooErrors},
		Others: []awsapi.Protocol{
			awsapi.CBOR{Service: "Zoo2010", Errors: zooErrors}, awsapi.Query{Version: "2010", Namespace: "http://zoo/", NotBuilt: []string{"Diet"}},
		},
		Operations: []awsapi.Operation{awsapi.Works("Feed", "", feed), awsapi.NotBuilt("Cage", "bars")},
	}.Handler(o)
}

// asked is a request for an operation in each of the protocols.
func asked(protocol, operation, animal string) *http.Request {
	const path = "/"
	switch protocol {
	case "json":
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(`{"Animal":"`+animal+`"}`))
		r.Header.Set("X-Amz-Target", "Zoo2010."+operation)
		return r
	case "cbor":
		body := cbor.Encode(cbor.Map{"Animal": cbor.String(animal)})
		r := httptest.NewRequest(http.MethodPost, "/service/Zoo2010/operation/"+operation, strings.NewReader(string(body)))
		r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		return r
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("Version=2010&Action="+operation+"&Animal="+animal))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// told is what an answer says, by the names of its members.
func told(t *testing.T, protocol string, w *httptest.ResponseRecorder) map[string]string {
	t.Helper()
	said := map[string]string{}
	var err error
	switch protocol {
	case "json":
		err = json.Unmarshal(w.Body.Bytes(), &said)
	case "cbor":
		var value cbor.Value
		if value, err = cbor.Decode(w.Body.Bytes()); err == nil {
			for name, member := range value.(cbor.Map) {
				said[name] = string(member.(cbor.String))
			}
		}
	default:
		d := xml.NewDecoder(w.Body)
		name := ""
		for token, end := d.Token(); end == nil; token, end = d.Token() {
			switch token := token.(type) {
			case xml.StartElement:
				name = token.Name.Local
			case xml.CharData:
				said[name] = string(token)
			}
		}
	}
	if err != nil {
		t.Fatalf("%v: %q", err, w.Body)
	}
	return said
}

// One table of operations answers in each protocol, and errors have the names of each.
func TestAServiceOfSeveralProtocols(t *testing.T) {
	types := map[string]string{"json": "application/x-amz-json-1.0", "cbor": "application/cbor", "query": "text/xml"}
	for protocol, contentType := range types {
		for _, test := range []struct {
			operation, animal, name, code, text string
			status                              int
		}{
			{"Feed", "ape", "", "", "", 200},
			{"Feed", "dodo", "com.zoo#GoneFault", "Gone;Sender", "It is extinct.", 404},
			{"Cage", "ape", "com.zoo#NotImplementedException", "NotImplementedException;Receiver", "ecs-emulator does not implement Cage yet; see ", 501},
		} {
			r := asked(protocol, test.operation, test.animal)
			r.Header.Set("X-Amzn-Query-Mode", "true")
			w := httptest.NewRecorder()
			zoo(awsapi.Options{}).ServeHTTP(w, r)
			said, header := told(t, protocol, w), w.Result().Header
			if w.Code != test.status || header.Get("Content-Type") != contentType || protocol == "cbor" != (header.Get("Smithy-Protocol") == "rpc-v2-cbor") {
				t.Errorf("%s %s: %d %v", protocol, test.animal, w.Code, header)
			}
			code, _, _ := strings.Cut(test.code, ";")
			switch mode := asWritten(header, "x-amzn-query-error"); {
			case test.status == 200 && (said["Eaten"] != test.animal || mode != ""):
				t.Errorf("%s: %v", protocol, said)
			case test.status == 200:
			case protocol == "query" && (said["Code"] != code || !strings.HasPrefix(said["Message"], test.text) || mode != ""):
				t.Errorf("%v", said)
			case protocol != "query" && (said["__type"] != test.name || !strings.HasPrefix(said["message"], test.text) || mode != test.code):
				t.Errorf("%s: %v, %q", protocol, said, mode)
			}
		}
	}
}

// asWritten is a header by its name as it stands in the answer, small letters included.
func asWritten(h http.Header, name string) string { return strings.Join(h[name], "") }

// Without the mode of AWS Query the code of that protocol is not told.
func TestCodesOfQueryAreAskedFor(t *testing.T) {
	for _, protocol := range []string{"json", "cbor"} {
		w := httptest.NewRecorder()
		zoo(awsapi.Options{}).ServeHTTP(w, asked(protocol, "Feed", "dodo"))
		if code := asWritten(w.Result().Header, "x-amzn-query-error"); code != "" {
			t.Error(protocol, code)
		}
	}
}

// An error on our side is one in CBOR as well, and what is no CBOR is refused.
func TestFailuresInCBOR(t *testing.T) {
	for _, test := range []struct {
		name, code string
		status     int
		change     func(r *http.Request)
	}{
		{"an error of ours", "InternalFailure", 500, func(*http.Request) {}},
		{"no operation", "UnknownOperationException", 404, func(r *http.Request) { r.URL.Path = "/service/Zoo2010/operation/Sell" }},
		{"another service", "UnknownOperationException", 404, func(r *http.Request) { r.URL.Path = "/service/Farm/operation/Feed" }},
		{"no path of an operation", "UnknownOperationException", 404, func(r *http.Request) { r.URL.Path = "/service/Zoo2010" }},
		{"another method", "UnknownOperationException", 405, func(r *http.Request) { r.Method = http.MethodGet }},
		{"another protocol", "SerializationException", 400, func(r *http.Request) { r.Header.Set("Smithy-Protocol", "rpc-v2-json") }},
		{"no CBOR", "SerializationException", 400, func(r *http.Request) { *r = *withBody(r, "{}") }},
		{"too large", "RequestEntityTooLargeException", 413, func(r *http.Request) { *r = *withBody(r, strings.Repeat("a", 2000)) }},
		{"too large when unpacked", "RequestEntityTooLargeException", 413, func(r *http.Request) {
			*r = *withBody(r, packed(t, strings.Repeat("\x00", 900_000)))
			r.Header.Set("Content-Encoding", "gzip")
		}},
	} {
		r := asked("cbor", "Feed", "bug")
		test.change(r)
		w := httptest.NewRecorder()
		zoo(awsapi.Options{MaxBody: 1000}).ServeHTTP(w, r)
		if said := told(t, "cbor", w); w.Code != test.status || said["__type"] != "com.zoo#"+test.code {
			t.Errorf("%s: %d %v", test.name, w.Code, said)
		}
	}
}

func withBody(r *http.Request, body string) *http.Request {
	made := httptest.NewRequest(r.Method, r.URL.Path, strings.NewReader(body))
	made.Header = r.Header
	return made
}

// A body is unpacked, and bounded, in each protocol.
func TestPackedBodiesInEachProtocol(t *testing.T) {
	for _, protocol := range []string{"json", "cbor", "query"} {
		for animal, status := range map[string]int{"ape": 200, strings.Repeat("a", 900_000): 413} {
			r := asked(protocol, "Feed", animal)
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			sent := withBody(r, packed(t, string(body)))
			sent.Header.Set("Content-Encoding", "gzip")
			w := httptest.NewRecorder()
			zoo(awsapi.Options{MaxBody: 1000}).ServeHTTP(w, sent)
			if w.Code != status {
				t.Errorf("%s of %d bytes: %d %s", protocol, len(body), w.Code, w.Body)
			}
		}
	}
}

// What the codec of AWS Query cannot read is refused by its name.
func TestMembersThatQueryCannotRead(t *testing.T) {
	for member, want := range map[string]string{"Diet.Vegan.Days": "NotImplementedException", "Diet": "NotImplementedException", "Dietary": ""} {
		r := asked("query", "Feed", "ape&"+member+"=1")
		w := httptest.NewRecorder()
		zoo(awsapi.Options{}).ServeHTTP(w, r)
		if said := told(t, "query", w); said["Code"] != want || want != "" && !strings.HasPrefix(said["Message"], "ecs-emulator does not implement Diet in AWS Query;") {
			t.Errorf("%s: %v", member, said)
		}
	}
}

// The actions of policies may begin with another name than the service has in signatures.
func TestActionsOfPolicies(t *testing.T) {
	var wants string
	h := zoo(awsapi.Options{Authorize: apitest.Each(func(_ context.Context, _ awsapi.Call, a awsapi.Access) error { wants = a.Action; return nil })})
	h.ServeHTTP(httptest.NewRecorder(), asked("cbor", "Feed", "ape"))
	if wants != "animals:Feed" {
		t.Error(wants)
	}
}
