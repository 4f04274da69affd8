package awsapi_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// text is an output in pieces.
type text []string

func (t text) Pieces() (list net.Buffers) {
	for _, piece := range t {
		list = append(list, []byte(piece))
	}
	return list
}

// answering is a service whose one operation answers with a text.
func answering(out text) http.Handler {
	tell := func(context.Context, *struct{}) (text, error) { return out, nil }
	return ecsOf(awsapi.Works("Tell", "", tell)).Handler(awsapi.Options{})
}

func tell(url string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, url, strings.NewReader("{}"))
	r.Header.Set("X-Amz-Target", target+".Tell")
	r.RequestURI = ""
	return r
}

func TestPiecesComeWholeAndInOrder(t *testing.T) {
	for name, out := range map[string]text{
		"none":  {},
		"short": {`{"a":[`, `1,`, `2`, `]}`},
		"long":  {`{"a":"`, strings.Repeat("x", 1<<20), `","b":"`, strings.Repeat("y", 1<<20), `"}`},
		"many":  strings.Split(`{"a":"`+strings.Repeat("0123456789", 5000)+`"}`, "5"),
	} {
		t.Run(name, func(t *testing.T) {
			want := strings.Join(out, "")
			url := serve(t, answering(out))
			for range 2 { // over the same connection
				answer, err := http.DefaultClient.Do(tell(url))
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(answer.Body)
				if err != nil || string(got) != want || answer.Header.Get("Content-Length") != strconv.Itoa(len(want)) {
					t.Fatalf("%d bytes of %d, Content-Length %s, %v", len(got), len(want), answer.Header.Get("Content-Length"), err)
				}
				_ = answer.Body.Close()
			}
			recorder := httptest.NewRecorder() // cannot take pieces at once
			if answering(out).ServeHTTP(recorder, tell(url)); !bytes.Equal(recorder.Body.Bytes(), []byte(want)) {
				t.Errorf("%d bytes of %d without a connection", recorder.Body.Len(), len(want))
			}
		})
	}
}
