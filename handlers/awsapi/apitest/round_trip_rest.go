package apitest

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// RoundTripREST holds the routes of a service in REST JSON, and the names that it reads and writes,
// against the SDK's client, for each operation that is built: the client sends an input in which
// every member is set, in the path, in the query or in the body, and reads such an output. The
// SDK's types do not tell where a member stands: a route is wrong when this fails, or its status,
// or the codec has an exception too few.
//
// newClient makes the SDK's client with a transport.
func RoundTripREST(t *testing.T, s awsapi.Service, newClient func(transport *http.Client) any) {
	for _, o := range s.Operations {
		if !o.Built() {
			continue
		}
		t.Run(o.Name, func(t *testing.T) {
			x := &restExchange{answer: Filled(o.Output.Elem())}
			one := s
			one.Model = nil
			one.Operations = []awsapi.Operation{o.Answered(func(in any) any {
				x.received = reflect.ValueOf(in)
				return x.answer.Interface()
			})}
			x.handler = one.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)})
			method := reflect.ValueOf(newClient(&http.Client{Transport: x})).MethodByName(o.Name)
			input, output := method.Type().In(1).Elem(), method.Type().Out(0).Elem()
			sent := Filled(input)
			result := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), sent})
			if err, _ := reflect.TypeAssert[error](result[1]); err != nil {
				t.Fatalf("%s: %v\nanswer: %s", x.asked, err, x.text)
			}
			if diff := cmp.Diff(sent.Interface(), as(input, x.received).Interface(), members); diff != "" {
				t.Errorf("the request is not what the client sent (-sent +read):\n%s\n%s", diff, x.asked)
			}
			if diff := cmp.Diff(as(output, x.answer).Interface(), result[0].Interface(), members); diff != "" {
				t.Errorf("the client does not read the answer (-written +read):\n%s\n%s", diff, x.text)
			}
		})
	}
}

// restExchange is the transport of one call, which hands it to the service.
type restExchange struct {
	handler          http.Handler
	received, answer reflect.Value
	asked, text      string
}

// RoundTrip serves a request as if it had come over the network.
func (x *restExchange) RoundTrip(r *http.Request) (*http.Response, error) {
	body := new(bytes.Buffer)
	if r.Body != nil {
		if _, err := body.ReadFrom(r.Body); err != nil {
			return nil, err
		}
	}
	x.asked = r.Method + " " + r.URL.RequestURI()
	arrived := httptest.NewRequest(r.Method, r.URL.RequestURI(), body)
	arrived.Header = r.Header
	w := httptest.NewRecorder()
	x.handler.ServeHTTP(w, arrived)
	x.text = w.Body.String()
	answer := w.Result()
	answer.Request = r
	return answer, nil
}
