package console

import (
	"errors"
	"net/http"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
)

// refusalOf is an error as pages show it. It is not known if it is none of AWS's, and none that a page makes.
func refusalOf(err error) (refusal *page.Refusal, known bool) {
	if errors.As(err, &refusal) {
		return refusal, true
	}
	return &page.Refusal{Status: http.StatusInternalServerError, Message: err.Error()}, false
}

// mostFailures bounds how many pages it is known of why they cannot be shown.
const mostFailures = 64

// failures know why pages cannot be shown. A stream renders such a page with each change, and the log is to say it once. The
// zero value is ready.
type failures struct {
	mu    sync.Mutex
	texts map[string]string // by the page's address
}

// news reports whether a page fails otherwise than when it was last rendered. Without a text it does not fail.
func (f *failures) news(address, text string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if text == "" {
		delete(f.texts, address)
		return false
	}
	if f.texts[address] == text {
		return false
	}
	if f.texts == nil || len(f.texts) == mostFailures {
		f.texts = map[string]string{}
	}
	f.texts[address] = text
	return true
}
