package main

import (
	"net/http"
	"net/http/httptest"
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
