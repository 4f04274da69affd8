package handlers_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// journal is a log that tests read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// told serves an endpoint of an account before an upstream, and returns what the log has when the
// upstream is closed after some requests.
func told(t *testing.T, account string, upstream http.HandlerFunc, requests func(address string, log *journal)) string {
	t.Helper()
	behind := httptest.NewServer(upstream)
	defer behind.Close()
	to, err := handlers.ParseUpstream(behind.URL)
	if err != nil {
		t.Fatal(err)
	}
	var log journal
	way := handlers.NewUpstream(to)
	way.CheckAccount = true
	server := httptest.NewServer(handlers.New(handlers.Parts{
		Control: part("control"), Metrics: part("metrics"), Upstream: way,
		Options: awsapi.Options{Account: account}, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}))
	defer server.Close()
	requests(server.Listener.Addr().String(), &log)
	way.Close()
	return log.String()
}

func create(t *testing.T, address, service string) {
	t.Helper()
	ask(t, "POST", address, "/", map[string]string{"Authorization": signed(service), "Content-Type": form}, "Action=Create")
}

func TestWhatActsOnTheUpstreamsECSIsToldOnce(t *testing.T) {
	services := []string{"states", "batch"}
	log := told(t, "", func(http.ResponseWriter, *http.Request) {}, func(address string, _ *journal) {
		for _, service := range services {
			create(t, address, service)
			create(t, address, service)
		}
		create(t, address, "sqs")
	})
	for _, service := range services {
		if got := strings.Count(log, `here" service=`+service+" "); got != 1 {
			t.Errorf("of %s the log tells %d times:\n%s", service, got, log)
		}
	}
	if got := strings.Count(log, "own ECS:"); got != len(services) {
		t.Errorf("the log tells of %d services:\n%s", got, log)
	}
}

// identity answers GetCallerIdentity as moto does, and all else with nothing.
func identity(account string, asked *atomic.Int32) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("Action") != "GetCallerIdentity" {
			return
		}
		asked.Add(1)
		fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, account)
	}
}

func TestTheUpstreamsAccount(t *testing.T) {
	for _, c := range []struct {
		here, there string
		want        string // in the log
	}{
		{"", "123456789012", `account=123456789012 here=000000000000 flag="--account 123456789012"`},
		{"111122223333", "000000000000", `flag="--account 000000000000"`},
		{"", "000000000000", "the same account"},
		{"123456789012", "123456789012", "the same account"},
		{"", "", "it does not tell who is calling"},
	} {
		var asked atomic.Int32
		log := told(t, c.here, identity(c.there, &asked), func(address string, log *journal) {
			for !strings.Contains(log.String(), c.want) {
				create(t, address, "sqs")
			}
			create(t, address, "sqs")
		})
		if asked.Load() != 1 {
			t.Errorf("here %s, there %s: it is asked %d times", c.here, c.there, asked.Load())
		}
		if got := strings.Count(log, "--account"); got != strings.Count(c.want, "--account") {
			t.Errorf("here %s, there %s: the log tells\n%s", c.here, c.there, log)
		}
	}
}

// Requests do not wait for an upstream that does not say its account, nor does the end.
func TestAnUpstreamThatDoesNotTellItsAccount(t *testing.T) {
	told(t, "", func(_ http.ResponseWriter, r *http.Request) {
		if r.FormValue("Action") == "GetCallerIdentity" {
			<-r.Context().Done()
		}
	}, func(address string, _ *journal) {
		create(t, address, "sqs")
		create(t, address, "sqs")
	})
}

// An upstream that is away is asked when it is there.
func TestAnUpstreamThatComesLate(t *testing.T) {
	var asked, times atomic.Int32
	late := identity("123456789012", &asked)
	log := told(t, "", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("Action") != "GetCallerIdentity" {
			return
		}
		if times.Add(1) == 1 {
			panic(http.ErrAbortHandler)
		}
		late(w, r)
	}, func(address string, log *journal) {
		for !strings.Contains(log.String(), "--account 123456789012") {
			create(t, address, "sqs")
		}
	})
	if asked.Load() != 1 || strings.Count(log, "not known") != 1 {
		t.Errorf("it is asked %d times, and the log tells\n%s", asked.Load(), log)
	}
}
