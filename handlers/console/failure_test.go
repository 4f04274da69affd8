package console_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/console"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
)

// A page that cannot be shown is rendered with each change of a row, and the log says it once for each reason.
func TestAPageThatFailsIsLoggedOnce(t *testing.T) {
	var log bytes.Buffer
	var fails error
	w := newWorld(t, func(o *console.Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
		o.Pages = append(o.Pages, page.Page{Pattern: "/moody", Read: func(*page.Request) (*page.View, error) {
			if fails != nil {
				return nil, fails
			}
			return &page.View{Title: "Moody"}, nil
		}})
	})
	first, second := errors.New("first reason"), errors.New("second reason")
	for _, fails = range []error{first, first, first, second, second, nil, second, &page.Refusal{Status: http.StatusNotFound, Message: "gone"}} {
		w.get("/moody")
	}
	for range 3 {
		w.get("/panics")
	}
	for text, times := range map[string]int{"first reason": 1, "second reason": 2, "a page of the console panics": 1, "gone": 0} {
		if n := strings.Count(log.String(), text); n != times {
			t.Errorf("%q is logged %d times, want %d:\n%s", text, n, times, log.String())
		}
	}
}
