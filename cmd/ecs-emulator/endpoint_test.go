package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

func TestWhatAnswersWithoutSuccessIsNoEmulator(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotModified)
	}))
	defer server.Close()
	for _, command := range []string{"logs <url> task", "events <url>", "faults list <url>", "faults add <url> pull", "faults clear <url>", "health <url>"} {
		var output strings.Builder
		code := run(strings.Fields(strings.Replace(command, "<url>", "--endpoint "+server.URL, 1)), &output, &output)
		if code != 1 || !strings.HasSuffix(output.String(), "is it the emulator?\n") {
			t.Errorf("%s ends with %d: %q", command, code, &output)
		}
	}
}

// TestRefusalIsOneLine has a refusal that names the group of a task, which any client chose.
func TestRefusalIsOneLine(t *testing.T) {
	response := &http.Response{Body: io.NopCloser(strings.NewReader(`{"error": "there is no task x; tasks: \u001b[2J\ny"}`))}
	if got, want := refusal(response).Error(), "there is no task x; tasks: \ufffd[2J y"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAnEndpointIsAURL(t *testing.T) {
	for _, endpoint := range []string{"127.0.0.1:4577", "localhost:4577", "localhost", "", "http://", "unix:///run/x", "http://[::1"} {
		var output strings.Builder
		code := run([]string{"ps", "--endpoint", endpoint}, &output, &output)
		if want := "is not a URL such as http://127.0.0.1:4577: " + strconv.Quote(endpoint) + "\n"; code != 2 || !strings.HasSuffix(output.String(), want) {
			t.Errorf("%q ends with %d: %q", endpoint, code, &output)
		}
	}
}
