package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// serve answers HTTP on a port of every address, or on those of a range, and logs each
// request.
//
//	GET  /                  the text; the header X-Hostname names the container
//	GET  /health            200, or 503 while unhealthy
//	POST /health?ok=false   become unhealthy; ok=true heals
//	GET  /exit?code=N       answer, then exit with N
//	GET  /zeros?mib=N       so many MiB
func serve(args []string) error {
	text := "ok"
	if len(args) == 2 {
		text = args[1]
	}
	stop := terminated()
	hostname, err := os.Hostname()
	if err != nil {
		return err
	}
	listeners, err := listen(args[0])
	if err != nil {
		return err
	}
	go func() {
		<-stop
		os.Exit(0)
	}()
	fmt.Println("listening on :" + args[0])
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, text)
	})
	mux.HandleFunc("/health", health())
	mux.HandleFunc("/exit", exitAfterAnswer)
	mux.HandleFunc("/zeros", zeros)
	failed := make(chan error)
	for _, listener := range listeners {
		go func() {
			failed <- http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				fmt.Println(r.Method, r.URL.Path)
				w.Header().Set("X-Hostname", hostname)
				mux.ServeHTTP(w, r)
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
		if _, err := conn.WriteTo([]byte(text), from); err != nil {
			return err
		}
	}
}

// checkDatagram sends one now and then until there is an answer, for two seconds.
func checkDatagram(to string) error {
	conn, err := net.Dial("udp4", to)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	for range 8 {
		_, sent := conn.Write([]byte("check\n"))
		_ = conn.SetReadDeadline(time.Now().Add(250 * time.Millisecond))
		_, err = conn.Read(make([]byte, 1500))
		if sent == nil && err == nil {
			return nil
		}
	}
	return fmt.Errorf("%s does not answer: %w", to, err)
}
