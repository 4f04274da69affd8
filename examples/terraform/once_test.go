package terraform

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// once grants each request of the provider once. The provider's HTTP client now and then gives a
// request up that was granted, and sends it again: what it asks to be made would be made twice,
// or refused.
type once struct {
	next http.Handler
	sent sync.Map // of *request by the id of the SDK's invocation
}

type request struct {
	mu     sync.Mutex
	answer *httptest.ResponseRecorder // nil: it is not granted
}

func (o *once) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := r.Header.Get("Amz-Sdk-Invocation-Id")
	if id == "" {
		o.next.ServeHTTP(w, r)
		return
	}
	found, _ := o.sent.LoadOrStore(id, &request{})
	sent := found.(*request)
	sent.mu.Lock()
	defer sent.mu.Unlock()
	answer := sent.answer
	if answer == nil {
		answer = httptest.NewRecorder()
		o.next.ServeHTTP(answer, r)
	}
	if answer.Code == http.StatusOK {
		sent.answer = answer
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func TestARequestIsGrantedOnce(t *testing.T) {
	answers := []int{http.StatusTooManyRequests, http.StatusOK, http.StatusConflict}
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(answers[0])
		answers = answers[1:]
	})
	front := &once{next: next}
	ask := func(id string) int {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Amz-Sdk-Invocation-Id", id)
		w := httptest.NewRecorder()
		front.ServeHTTP(w, r)
		return w.Code
	}
	got := []int{ask("a"), ask("a"), ask("a"), ask("b")}
	if want := []int{http.StatusTooManyRequests, http.StatusOK, http.StatusOK, http.StatusConflict}; !slices.Equal(got, want) {
		t.Errorf("answers: %v, want %v", got, want)
	}
}
