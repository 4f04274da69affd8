package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// clients are those that ask again and again, whether or not they have been answered: 200
// requests a second on connections that stay, 50 on new ones, and 4 that take three seconds.
type clients struct {
	asked, answered, failed atomic.Int64
	stop                    func() // and wait for all answers
	wentOn                  bool   // since the last phase

	mu       sync.Mutex
	first    string               // failure
	slow     map[string]int       // answers by their text, of those that take their time
	answerer map[string]string    // the text by the name of who answered
	last     map[string]time.Time // when the last request began that was answered with a text
}

// habit is how some of them ask.
type habit struct {
	every  time.Duration
	method string
	url    string
	client *http.Client
}

// slowly is a page that it takes three seconds to answer.
const slowly = "slow?for=3s"

// most requests of a habit are under way at once. A machine that is too busy answers fewer of them in a second,
// and has enough files for all tests that run at once.
const most = 50

// habits of clients of a server. Net/http may ask again by itself when a connection that has
// been used before fails under a GET, and not under a POST. Connections are left before the load balancer closes
// those that are idle, after 60 seconds, as AWS wants of clients: a request that meets the close is lost.
func habits(url string) []habit {
	staying := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 200, IdleConnTimeout: 20 * time.Second}}
	fresh := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	return []habit{
		{time.Second / 200, http.MethodPost, url, staying},
		{time.Second / 50, http.MethodGet, url, fresh},
		{time.Second / 4, http.MethodPost, url + slowly, staying},
	}
}

// keepAsking has clients ask the server whose root is a URL, until the test ends or they are
// stopped.
func keepAsking(t *testing.T, url string) *clients { return follow(t, habits(url)) }

// keepAskingAnew has 200 requests a second, each on a new connection.
func keepAskingAnew(t *testing.T, url string) *clients {
	fresh := habits(url)[1]
	fresh.every = time.Second / 200
	return follow(t, []habit{fresh})
}

func follow(t *testing.T, habits []habit) *clients {
	apart(t)
	ctx, cancel := context.WithCancel(context.Background())
	c := &clients{slow: map[string]int{}, answerer: map[string]string{}, last: map[string]time.Time{}}
	var asking sync.WaitGroup
	c.stop = sync.OnceFunc(func() { cancel(); asking.Wait() })
	t.Cleanup(c.stop)
	for _, h := range habits {
		underWay := make(chan struct{}, most)
		asking.Go(func() {
			h.follow(ctx, func() {
				underWay <- struct{}{}
				asking.Go(func() { c.once(h); <-underWay })
			})
		})
	}
	return c
}

// apart fails a test with constant requests that runs beside all others: together they take a machine with two processors
// all of its time, and requests fail by their time limits. make runs those of this name when all others have run.
func apart(t *testing.T) {
	t.Helper()
	if !strings.HasSuffix(t.Name(), "UnderLoad") {
		t.Fatalf("%s has constant requests, and a name that does not end in UnderLoad: other tests run beside it", t.Name())
	}
}

// follow asks as often as is due by now, until ctx ends, also where it is behind.
func (h habit) follow(ctx context.Context, ask func()) {
	tick := time.NewTicker(h.every)
	defer tick.Stop()
	for began, n := time.Now(), 0; ; {
		for ; n < int(time.Since(began)/h.every) && ctx.Err() == nil; n++ {
			ask()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func TestClientsThatAreBehindStop(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	asked := 0
	habit{every: time.Nanosecond}.follow(ctx, func() {
		if asked++; asked == 3 {
			cancel()
		}
	})
	if asked != 3 {
		t.Errorf("they ask %d times, and were told to stop the third time", asked)
	}
}

func (c *clients) once(h habit) {
	c.asked.Add(1)
	began := time.Now()
	text, by, err := h.ask()
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.failed.Add(1)
		if c.first == "" {
			c.first = fmt.Sprintf("%s %s of %s, after %v: %v", h.method, h.url, began.Format(time.StampMilli), time.Since(began), err)
		}
		return
	}
	c.answered.Add(1)
	c.answerer[by] = text
	if began.After(c.last[text]) {
		c.last[text] = began
	}
	if strings.HasSuffix(h.url, slowly) {
		c.slow[text]++
	}
}

// ask returns the text of an answer, and the name of who answered.
func (h habit) ask() (text, by string, err error) {
	request, err := http.NewRequest(h.method, h.url, nil)
	if err != nil {
		return "", "", err
	}
	answer, err := h.client.Do(request)
	if err != nil {
		return "", "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %s", answer.Status)
	}
	return string(body), answer.Header.Get("X-Hostname"), err
}

// answerers counts those who have answered with a text.
func (c *clients) answerers(text string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.answerer {
		if t == text {
			n++
		}
	}
	return n
}

// since waits until some more requests have been answered.
func (p *process) since(c *clients, more int64) {
	p.Helper()
	until := c.answered.Load() + more
	p.eventually("requests go on", func() bool { return c.answered.Load() >= until })
}

// silent expects that no request is answered with a text that begins after some time.
func (p *process) silent(c *clients, text string, from time.Time) {
	p.Helper()
	p.eventually("that time has come", func() bool { return time.Now().After(from) })
	p.since(c, 500)
	c.mu.Lock()
	defer c.mu.Unlock()
	if last := c.last[text]; last.After(from) {
		p.Errorf("%s has answered a request that began %v after there was to be none", text, last.Sub(from))
	}
}

// lostNone expects that no request has failed so far.
func (p *process) lostNone(c *clients) {
	p.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	p.Logf("%d requests, %d of them answered, %d failed; slow ones by who answered: %v", c.asked.Load(), c.answered.Load(), c.failed.Load(), c.slow)
	if failed := c.failed.Load(); failed > 0 {
		p.Fatalf("%d of %d requests failed, the first one with %s\n%s", failed, c.asked.Load(), c.first, p.log())
	}
}

// stopAsking expects an answer to each of them.
func (p *process) stopAsking(c *clients) {
	p.Helper()
	c.stop()
	p.lostNone(c)
	if asked, answered := c.asked.Load(), c.answered.Load(); asked != answered {
		p.Errorf("%d of %d requests were answered", answered, asked)
	}
}
