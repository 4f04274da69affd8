package handlers_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers"
)

const ownName = "web-1.us-east-1.elb.amazonaws.com"

// proxied is an endpoint that is a proxy for ownName, behind which a server tells what it is
// asked.
func proxied(t *testing.T) *url.URL {
	t.Helper()
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "websocket" {
			echo(w)
			return
		}
		fmt.Fprint(w, r.Method, " ", r.Host, " ", r.RequestURI, " ", r.Header["X-Forwarded-For"], r.Header["User-Agent"])
	}))
	t.Cleanup(there.Close)
	names := handlers.Names{
		Has: func(name string) bool { return name == ownName },
		Dial: func(ctx context.Context, _ string, port int) (net.Conn, error) {
			if port != 80 && port != 8080 {
				return nil, fmt.Errorf("port %d", port)
			}
			return new(net.Dialer).DialContext(ctx, "tcp", there.Listener.Addr().String())
		},
	}
	api := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	endpoint := httptest.NewServer(handlers.Proxy(names, handlers.Gate{}, api, log.New(io.Discard, "", 0)))
	t.Cleanup(endpoint.Close)
	at, err := url.Parse(endpoint.URL)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestTheEndpointIsAProxyForItsOwnNamesAlone(t *testing.T) {
	at := proxied(t)
	client := http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(at)}}
	for asked, want := range map[string]string{
		"http://" + ownName + "/a%2Fb?c=1;d": "200 GET " + ownName + " /a%2Fb?c=1;d [10.1.1.1] [tester]",
		"http://" + ownName + ":8080/":       "200 GET " + ownName + ":8080 / [10.1.1.1] [tester]",
		"http://" + ownName + ":81/":         "502 ",
		"http://example.com/":                "418 ",
	} {
		request, err := http.NewRequest(http.MethodGet, asked, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Forwarded-For", "10.1.1.1")
		request.Header.Set("User-Agent", "tester")
		answer, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if got := fmt.Sprint(answer.StatusCode, " ", string(body)); got != want {
			t.Errorf("%s: %q, want %q", asked, got, want)
		}
	}
}

// What the endpoint connects comes from this machine, which security groups let in.
func TestTheEndpointIsNoProxyForTasks(t *testing.T) {
	names := handlers.Names{Has: func(name string) bool { return name == ownName }, Dial: func(context.Context, string, int) (net.Conn, error) {
		t.Error("a task is connected")
		return nil, net.ErrClosed
	}}
	endpoint := httptest.NewUnstartedServer(handlers.Proxy(names, handlers.Gate{}, http.NotFoundHandler(), log.New(io.Discard, "", 0)))
	endpoint.Config.BaseContext = func(net.Listener) context.Context { return handlers.ForTasks(context.Background()) }
	endpoint.Start()
	defer endpoint.Close()
	for _, line := range []string{"GET http://" + ownName + "/ HTTP/1.1", "CONNECT " + ownName + ":8080 HTTP/1.1"} {
		conn, err := net.Dial("tcp", endpoint.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "%s\r\nHost: %s\r\n\r\n", line, ownName)
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if text, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusNotFound || !strings.Contains(string(text), "is not offered to tasks") {
			t.Errorf("%s: %d %s", line, answer.StatusCode, text)
		}
	}
}

func TestTheEndpointConnectsToItsOwnNames(t *testing.T) {
	at := proxied(t)
	for name, want := range map[string]int{ownName + ":8080": http.StatusOK, ownName + ":81": http.StatusBadGateway, "example.com:8080": http.StatusTeapot} {
		conn, err := net.Dial("tcp", at.Host)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %[1]s\r\n\r\n", name)
		lines := bufio.NewReader(conn)
		answer, err := http.ReadResponse(lines, &http.Request{Method: http.MethodConnect})
		if err != nil || answer.StatusCode != want {
			t.Errorf("CONNECT %s: %v, %v, want %d", name, answer, err, want)
			continue
		}
		if want != http.StatusOK {
			continue
		}
		fmt.Fprintf(conn, "GET /through HTTP/1.1\r\nHost: there\r\nConnection: close\r\n\r\n")
		if answer, err = http.ReadResponse(lines, nil); err != nil {
			t.Fatal(err)
		}
		if body, _ := io.ReadAll(answer.Body); string(body) != "GET there /through [] []" {
			t.Errorf("through it: %q", body)
		}
	}
}

// echo takes a connection over and says what it hears.
func echo(w http.ResponseWriter) {
	conn, heard, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	_, _ = io.Copy(conn, heard)
}

// Clients ask a proxy for WebSockets without TLS by CONNECT or, as some do, by the whole URL.
func TestAWebSocketPassesThroughTheEndpoint(t *testing.T) {
	conn, err := net.Dial("tcp", proxied(t).Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET http://%s/chat HTTP/1.1\r\nHost: %[1]s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", ownName)
	lines := bufio.NewReader(conn)
	answer, err := http.ReadResponse(lines, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v, %v", answer, err)
	}
	fmt.Fprintln(conn, "hello")
	if line, err := lines.ReadString('\n'); line != "hello\n" {
		t.Errorf("it says %q, %v", line, err)
	}
}

// What is behind CONNECT is the client's own: TLS with whom it leads to.
func TestTLSPassesThroughTheEndpoint(t *testing.T) {
	there := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.TLS.ServerName, " ", r.Host) }))
	defer there.Close()
	names := handlers.Names{
		Has: func(name string) bool { return name == ownName },
		Dial: func(ctx context.Context, _ string, port int) (net.Conn, error) {
			if port != 443 {
				return nil, fmt.Errorf("port %d", port)
			}
			return new(net.Dialer).DialContext(ctx, "tcp", there.Listener.Addr().String())
		},
	}
	endpoint := httptest.NewServer(handlers.Proxy(names, handlers.Gate{}, http.NotFoundHandler(), log.New(io.Discard, "", 0)))
	defer endpoint.Close()
	at, err := url.Parse(endpoint.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := there.Client()
	transport := client.Transport.(*http.Transport)
	transport.Proxy = http.ProxyURL(at)
	transport.TLSClientConfig.InsecureSkipVerify = true // it is for example.com
	answer, err := client.Get("https://" + ownName + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); string(body) != ownName+" "+ownName {
		t.Errorf("it sees %q", body)
	}
	if _, err := client.Get("https://example.com/"); err == nil {
		t.Error("another name is led somewhere")
	}
}
