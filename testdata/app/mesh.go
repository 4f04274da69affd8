package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// mesh serves a text at a port and the one after it, and calls other services at a rate. At the second port, GET
// /calls answers what has become of the calls so far, and a line of the output tells of each that failed. It serves
// and calls for the time of grace after SIGTERM, and ends without a word to who is connected.
//
//	mesh <port> <text> <grace> <calls a second, to each URL> <url>…
//
// A URL is called over connections that stay, with a method that net/http does not try again. What stands before the
// URL changes that:
//
//	dns+   GET over a new connection each time
//	srv+   likewise, at an address and port that are looked up each time
//	test+  the header of test traffic
//	ws+    messages that come back over one WebSocket, see mesh_stream.go
//	grpc+  likewise over one stream of gRPC
func mesh(args []string) error {
	stop := terminated()
	port, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	grace, err := duration(args[2])
	if err != nil {
		return err
	}
	rate, err := strconv.ParseFloat(args[3], 64)
	if err != nil {
		return err
	}
	hostname, err := os.Hostname()
	if err != nil {
		return err
	}
	listeners, err := listen(fmt.Sprintf("%d-%d", port, port+1))
	if err != nil {
		return err
	}
	calls := newCalls(args[4:])
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Hostname", hostname)
		_, _ = io.WriteString(w, args[1])
	})
	mux.HandleFunc("/slow", slow(args[1]))
	mux.Handle("/calls", calls)
	mux.HandleFunc("/ws", echoOverWebSocket)
	mux.HandleFunc("/grpc", echoOverGRPC)
	server := &http.Server{Handler: mux, Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	for _, l := range listeners {
		go func() { fail(server.Serve(l).Error()) }()
	}
	for _, c := range calls.list {
		go c.keepCalling(time.Duration(float64(time.Second) / rate))
	}
	<-stop
	time.Sleep(grace)
	return nil
}

type calls struct{ list []*called }

// called is what has become of the calls to a URL.
type called struct {
	URL string

	mu       sync.Mutex
	Asked    int            // answered or failed
	Failed   int            //
	Answered map[string]int // by text
	By       map[string]int // by the name of who answered

	url    string
	header http.Header
	call   func(context.Context, *called) (text, by string, err error)
}

func newCalls(urls []string) *calls {
	c := &calls{}
	for _, given := range urls {
		one := &called{URL: given, url: given, call: callStaying, Answered: map[string]int{}, By: map[string]int{}, header: http.Header{}}
		for kind, call := range map[string]func(context.Context, *called) (text, by string, err error){
			"dns+": callAnew, "srv+": callLookedUp, "test+": callStaying, "ws+": new(echoes).overWebSocket, "grpc+": new(echoes).overGRPC,
		} {
			if rest, ok := strings.CutPrefix(given, kind); ok {
				one.url, one.call = rest, call
			}
		}
		if strings.HasPrefix(given, "test+") {
			one.header.Set("X-Amzn-Ecs-Blue-Green-Test", "1")
		}
		c.list = append(c.list, one)
	}
	return c
}

func (c *calls) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	for _, one := range c.list {
		one.mu.Lock()
		defer one.mu.Unlock()
	}
	_ = json.NewEncoder(w).Encode(c.list)
}

// keepCalling calls as often as is due by now, whether or not earlier calls have been answered.
func (c *called) keepCalling(every time.Duration) {
	for began, n := time.Now(), 1; ; n++ {
		time.Sleep(time.Until(began.Add(time.Duration(n) * every)))
		go c.once()
	}
}

func (c *called) once() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	began := time.Now()
	text, by, err := c.call(ctx, c)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Asked++
	if err != nil {
		c.Failed++
		fmt.Printf("failed %s at %s, after %v: %v\n", c.URL, began.UTC().Format(time.StampMilli), time.Since(began).Round(time.Millisecond), err)
		return
	}
	c.Answered[text]++
	c.By[by]++
}

var (
	staying = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100, IdleConnTimeout: 20 * time.Second}}
	anew    = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
)

func (c *called) ask(ctx context.Context, client *http.Client, method, url string) (text, by string, err error) {
	r, err := http.NewRequestWithContext(ctx, method, url, http.NoBody)
	if err != nil {
		return "", "", err
	}
	r.Header = c.header.Clone()
	answer, err := client.Do(r)
	if err != nil {
		return "", "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answer.Status, body)
	}
	return string(body), answer.Header.Get("X-Hostname"), err
}

func callStaying(ctx context.Context, c *called) (text, by string, err error) {
	return c.ask(ctx, staying, http.MethodPost, c.url)
}

func callAnew(ctx context.Context, c *called) (text, by string, err error) {
	return c.ask(ctx, anew, http.MethodGet, c.url)
}

// callLookedUp asks the first of those that SRV names in the place of the URL's host.
func callLookedUp(ctx context.Context, c *called) (text, by string, err error) {
	u, err := url.Parse(c.url)
	if err != nil {
		return "", "", err
	}
	_, records, err := net.DefaultResolver.LookupSRV(ctx, "", "", u.Host)
	if err != nil {
		return "", "", err
	}
	if len(records) == 0 {
		return "", "", errors.New("no records")
	}
	u.Host = net.JoinHostPort(strings.TrimSuffix(records[0].Target, "."), strconv.Itoa(int(records[0].Port)))
	return c.ask(ctx, anew, http.MethodGet, u.String())
}
