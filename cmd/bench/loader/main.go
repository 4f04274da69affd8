// Command loader is the application of tasks between which load is measured. It answers on port 8080 with a text
// of a KiB, datagrams on port 8082 as the least of a DNS server, and puts load on others when it is asked to on
// port 8081:
//
//	GET /http?to=host:port&clients=16&for=500ms                   requests over kept-alive connections
//	GET /dns?to=host:port&name=api.shop.local.&clients=8&for=1s   questions for addresses in datagrams
//
// It answers with a requestload.Load in JSON, and to /server?to=… with the header Server of an answer.
//
// With the arguments proxy and host:port it is the standard library's proxy to that address, on port 8083.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/dnsload"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/requestload"
)

func main() {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	if len(os.Args) == 3 && os.Args[1] == "proxy" {
		go serve(":8083", proxy(os.Args[2]))
		<-ended
		return
	}
	text := []byte(strings.Repeat("x", 1<<10))
	go serve(":8080", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) }))
	drives := http.NewServeMux()
	drives.HandleFunc("/http", answer(driveHTTP))
	drives.HandleFunc("/dns", answer(driveDNS))
	drives.HandleFunc("/server", answer(seeServer))
	go serve(":8081", drives)
	go func() { fail(dnsload.ServeBare(":8082")) }()
	<-ended
}

// proxy does the least that a proxy can do with the standard library.
func proxy(to string) http.Handler {
	p := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: to})
	p.Transport = &http.Transport{MaxIdleConnsPerHost: 100, DisableCompression: true}
	p.ModifyResponse = func(answer *http.Response) error {
		answer.Header.Set("Server", "library")
		return nil
	}
	return p
}

func serve(address string, h http.Handler) { fail(http.ListenAndServe(address, h)) }

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func answer[T any](drive func(r *http.Request) (T, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		made, err := drive(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(made) // the client has gone
	}
}

func driveHTTP(r *http.Request) (requestload.Load, error) {
	request := rawhttp.Request(http.MethodGet, "/", nil)
	return drive(r, request, func() (requestload.Sender, error) { return rawhttp.Connect(r.Context(), r.FormValue("to")) })
}

func driveDNS(r *http.Request) (requestload.Load, error) {
	question, err := dnsload.Question(r.FormValue("name"))
	if err != nil {
		return requestload.Load{}, err
	}
	return drive(r, question, func() (requestload.Sender, error) { return dnsload.Connect(r.FormValue("to")) })
}

func drive(r *http.Request, request []byte, connect func() (requestload.Sender, error)) (l requestload.Load, err error) {
	clients, err := strconv.Atoi(r.FormValue("clients"))
	if err != nil {
		return l, err
	}
	time, err := time.ParseDuration(r.FormValue("for"))
	if err != nil {
		return l, err
	}
	var list []requestload.Sender
	defer func() {
		for _, s := range list {
			s.Close()
		}
	}()
	for range clients {
		s, err := connect()
		if err != nil {
			return l, err
		}
		list = append(list, s)
	}
	return requestload.Drive(list, request, requestload.Extent{Time: time})
}

// seeServer tells what answers: a proxy says so.
func seeServer(r *http.Request) (string, error) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	c, err := rawhttp.Connect(ctx, r.FormValue("to"))
	if err != nil {
		return "", err
	}
	defer c.Close()
	header, _, err := c.Fetch(rawhttp.Request(http.MethodGet, "/", nil))
	for name, value := range header {
		if strings.EqualFold(name, "server") {
			return value, err
		}
	}
	return "", err
}
