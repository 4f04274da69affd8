package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// serve answers HTTP on a port of every address, or on those of a range, and logs each
// request.
//
//	GET  /                  the text, in which {client} is who asks; the header X-Hostname names the container
//	GET  /health            200, or 503 while unhealthy
//	POST /health?ok=false   become unhealthy; ok=true heals
//	GET  /exit?code=N       answer, then exit with N
//	GET  /zeros?mib=N       so many MiB
//	GET  /slow?for=2s       the text, after that time
//
// SIGTERM ends it at once, with all connections and what is under way on them.
func serve(args []string) error {
	text := "ok"
	if len(args) == 2 {
		text = args[1]
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, withClient(text, r.RemoteAddr))
	})
	mux.HandleFunc("/health", health())
	mux.HandleFunc("/exit", exitAfterAnswer)
	mux.HandleFunc("/zeros", zeros)
	mux.HandleFunc("/slow", slow(text))
	return serveOn(args[0], mux)
}

func serveStatus(args []string) error {
	status, err := strconv.Atoi(args[1])
	if err != nil {
		return fmt.Errorf("not a status: %s", args[1])
	}
	return serveOn(args[0], http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, http.StatusText(status), status)
	}))
}

// serveBare answers with a text, and at /client with the address of who asks. It does nothing else, so
// that what is measured is what lies between.
func serveBare(args []string) error {
	stop, text := terminated(), []byte(args[1])
	go func() {
		<-stop
		os.Exit(0)
	}()
	return http.ListenAndServe(":"+args[0], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/client" {
			_, _ = io.WriteString(w, withClient("{client}", r.RemoteAddr))
			return
		}
		_, _ = w.Write(text)
	}))
}

// serveOn serves until SIGTERM.
func serveOn(ports string, handler http.Handler) error {
	stop := terminated()
	hostname, err := os.Hostname()
	if err != nil {
		return err
	}
	listeners, err := listen(ports)
	if err != nil {
		return err
	}
	go func() {
		<-stop
		os.Exit(0)
	}()
	fmt.Println("listening on :" + ports)
	failed := make(chan error)
	for _, listener := range listeners {
		go func() {
			failed <- http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				fmt.Println(r.Method, r.URL.Path)
				w.Header().Set("X-Hostname", hostname)
				handler.ServeHTTP(w, r)
			}))
		}()
	}
	return <-failed
}

// listen opens a port, or those of a range: 8000-8009.
func listen(ports string) (listeners []net.Listener, err error) {
	first, last, isRange := strings.Cut(ports, "-")
	if !isRange {
		last = first
	}
	from, err := strconv.Atoi(first)
	if err != nil {
		return nil, err
	}
	until, err := strconv.Atoi(last)
	if err != nil {
		return nil, err
	}
	for port := from; port <= until; port++ {
		listener, err := net.Listen("tcp4", ":"+strconv.Itoa(port))
		if err != nil {
			return nil, err
		}
		listeners = append(listeners, listener)
	}
	return listeners, nil
}

func health() http.HandlerFunc {
	var unhealthy atomic.Bool
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			ok, err := strconv.ParseBool(r.FormValue("ok"))
			if err != nil {
				http.Error(w, "ok must be true or false", http.StatusBadRequest)
				return
			}
			unhealthy.Store(!ok)
			return
		}
		if unhealthy.Load() {
			http.Error(w, "unhealthy", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "healthy")
	}
}

func exitAfterAnswer(w http.ResponseWriter, r *http.Request) {
	code, err := strconv.Atoi(r.FormValue("code"))
	if err != nil {
		http.Error(w, "code must be a number", http.StatusBadRequest)
		return
	}
	_, _ = fmt.Fprintln(w, "exiting with", code)
	_ = http.NewResponseController(w).Flush()
	os.Exit(code)
}

func zeros(w http.ResponseWriter, r *http.Request) {
	mib, err := strconv.Atoi(r.FormValue("mib"))
	if err != nil {
		http.Error(w, "mib must be a number", http.StatusBadRequest)
		return
	}
	block := make([]byte, 1<<20)
	for range mib {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

func slow(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d, err := time.ParseDuration(r.FormValue("for"))
		if err != nil {
			http.Error(w, "for must be a duration", http.StatusBadRequest)
			return
		}
		time.Sleep(d)
		_, _ = io.WriteString(w, text)
	}
}

// udp prints and answers each datagram on a port of every address.
func udp(args []string) error {
	text := "ok"
	if len(args) == 2 {
		text = args[1]
	}
	stop := terminated()
	conn, err := net.ListenPacket("udp4", ":"+args[0])
	if err != nil {
		return err
	}
	go func() {
		<-stop
		os.Exit(0)
	}()
	fmt.Println("listening on :" + args[0])
	for packet := make([]byte, 1500); ; {
		n, from, err := conn.ReadFrom(packet)
		if err != nil {
			return err
		}
		fmt.Println(strings.TrimSpace(string(packet[:n])))
		if _, err := conn.WriteTo([]byte(withClient(text, from.String())), from); err != nil {
			return err
		}
	}
}

// withClient has {client} in a text stand for the address of who asks.
func withClient(text, from string) string {
	host, _, _ := net.SplitHostPort(from)
	return strings.ReplaceAll(text, "{client}", host)
}

// refusals is how often a port may refuse datagrams, before which its program may come to listen.
const refusals = 8

// askDatagram sends one now and then until there is an answer, for as long as it is to wait.
func askDatagram(to string, wait time.Duration) (answer string, err error) {
	conn, err := net.Dial("udp4", to)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	for refused, late := 0, time.Now().Add(wait); refused < refusals && time.Now().Before(late); {
		_, sent := conn.Write([]byte("check\n"))
		_ = conn.SetReadDeadline(time.Now().Add(250 * time.Millisecond))
		buffer := make([]byte, 1500)
		n, failed := conn.Read(buffer)
		if err = failed; sent == nil && err == nil {
			return string(buffer[:n]), nil
		}
		if errors.Is(err, syscall.ECONNREFUSED) {
			refused++
		}
	}
	return "", fmt.Errorf("%s does not answer: %w", to, err)
}
