package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// fullDisk cannot be written to.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestLogsOfAServiceThatCannotBeWritten(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-ndjson")
		fmt.Fprintln(w, `{"task": "d88f6994aaaabbbbccccddddeeeeffff", "line": "hello"}`)
		fmt.Fprintln(w, `{"line": "", "end": true}`)
	}))
	defer server.Close()
	query := url.Values{"of": {"web"}}
	if err := copyLogs(t.Context(), server.URL, query, fullDisk{}, io.Discard); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("copyLogs: %v", err)
	}
	var out strings.Builder
	if err := copyLogs(t.Context(), server.URL, query, &out, io.Discard); err != nil || out.String() != "d88f6994 | hello\n" {
		t.Errorf("copyLogs: %v, %q", err, out.String())
	}
}
