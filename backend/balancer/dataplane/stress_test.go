package dataplane_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// Clients of all kinds come while targets come and go. Each that waits for its answer gets
// its own, and nothing is left on the way at the end.
func TestManyAtOnce(t *testing.T) {
	s := newScene(t)
	s.group("group", map[string]string{"load_balancing.algorithm.type": "least_outstanding_requests"})
	const targets = 4
	var addresses []string
	for i := range targets {
		server := s.server(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			if strings.HasSuffix(r.URL.Path, "/chunks") {
				_ = http.NewResponseController(w).Flush()
			}
			fmt.Fprintf(w, "%s %s %s", r.URL.Path, body, strings.Repeat("x", rand.IntN(20_000)))
		})
		addresses = append(addresses, server.Listener.Addr().String())
		s.target("group", fmt.Sprint(i), addresses[i])
	}
	s.listen("HTTP", nil, toGroup("group"))
	var done atomic.Bool
	var changing, clients sync.WaitGroup
	changing.Go(func() {
		for version := int64(100); !done.Load(); version++ {
			i := int(version) % (targets - 1) // one stays
			target := balancer.Target{Group: "group", ID: fmt.Sprint(i), Addr: addrPort(addresses[i]), Draining: version%2 == 0}
			if version%5 == 0 {
				s.Remove(balancer.Key{Kind: balancer.KindTarget, Group: "group", ID: target.ID})
			} else if err := s.Set(balancer.Piece{Version: version, Target: &target}); err != nil {
				t.Error(err)
			}
			s.yield()
		}
	})
	for i := range 16 {
		clients.Go(func() { s.ask(i, i%4 == 3) })
	}
	clients.Wait()
	done.Store(true)
	changing.Wait()
	s.until("nothing is on the way", func() bool { return s.Outstanding("group", "3") == 0 })
}

// ask sends requests of all kinds over connections of its own. A rude client leaves before it
// has its answer.
func (s *scene) ask(client int, rude bool) {
	for round := range 4 {
		conn := s.dial()
		reader := bufio.NewReader(conn)
		for n := range 10 {
			path := fmt.Sprintf("/%d/%d/%d", client, round, n)
			if n%3 == 2 {
				path += "/chunks"
			}
			body := strings.Repeat("b", rand.IntN(3)*n*1000)
			head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n", path, len(body))
			if _, err := io.WriteString(conn, head+"\r\n"+body); err != nil {
				s.Errorf("%s: %v", path, err)
				break
			}
			if rude && n > 5 && rand.IntN(2) == 0 {
				break
			}
			answer, err := http.ReadResponse(reader, nil)
			if err != nil {
				s.Errorf("%s: %v", path, err)
				break
			}
			got, err := io.ReadAll(answer.Body)
			if want := path + " " + body + " "; err != nil || answer.StatusCode != http.StatusOK || !strings.HasPrefix(string(got), want) {
				s.Errorf("%s: %d, %d bytes, %v", path, answer.StatusCode, len(got), err)
			}
		}
		_ = conn.Close()
	}
}
