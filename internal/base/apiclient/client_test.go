package apiclient

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

func TestOperationsOfAWSJSON10(t *testing.T) {
	answer := `{"MessageId":"m"}`
	status := http.StatusOK
	own := false
	client := New(Options{Host: "localhost", Endpoint: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own = IsOwn(r.Context())
		body, _ := io.ReadAll(r.Body)
		if got := r.Header.Get("Content-Type"); got != "application/x-amz-json-1.0" {
			t.Errorf("sent as %s", got)
		}
		if r.Header.Get("X-Amz-Target") != "AmazonSQS.SendMessage" || string(body) != `{"MessageBody":"x"}` {
			t.Errorf("%s %s", r.Header.Get("X-Amz-Target"), body)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, answer)
	})})
	send := Operation{Service: "SQS", Signed: "sqs", Target: "AmazonSQS", JSON10: true, Name: "SendMessage", Codec: wire.AsIs}
	in := &struct{ MessageBody string }{"x"}
	if err := client.Do(t.Context(), role, send, in, nil); err != nil || !own {
		t.Errorf("%v; the call is the emulator's own: %v", err, own)
	}
	if IsOwn(t.Context()) {
		t.Error("every request is the emulator's own")
	}
	status, answer = http.StatusBadRequest, `{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}`
	var refused *Error
	if err := client.Do(t.Context(), role, send, in, nil); !errors.As(err, &refused) || refused.Code != "QueueDoesNotExist" || refused.Message == "" {
		t.Errorf("got %v", err)
	}
}

func TestExpectedRefusals(t *testing.T) {
	one := Expecting(t.Context(), "Here")
	each := ExpectingEach(t.Context(), func(code string) bool { return code != "Here" })
	both := Expecting(one, "Busy")
	if !Expects(both, "Here") || !Expects(both, "Busy") || Expects(both, "Gone") {
		t.Error("one context does not add to the other")
	}
	if !Expects(one, "Here") || Expects(one, "Gone") || Expects(each, "Here") || !Expects(each, "Gone") || Expects(t.Context(), "") {
		t.Error("other refusals are expected")
	}
}
