// Command compose is the sample of docker-compose.yml. As "ask" it is an
// application that looks up the tasks of an ECS service, as it would on AWS, and
// sends them requests; as "serve" it is the application that those tasks run.
//
//	login   print the password for docker login at the registry of images
//	ask     every five seconds, find the tasks of the service web and ask each; have it run some
//	serve   answer HTTP on port 8080
//	check   exit 0 if the server in this container answers: its health check
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const port = "8080"

func main() {
	mode := "ask"
	if len(os.Args) > 1 {
		mode = os.Args[1]
	}
	run, known := map[string]func(context.Context) error{"login": login, "ask": ask, "serve": serve, "check": check}[mode]
	if !known {
		fmt.Fprintf(os.Stderr, "no mode %q\n", mode)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(ctx context.Context) error {
	hostname, err := os.Hostname()
	if err != nil {
		return err
	}
	server := &http.Server{Addr: ":" + port, ReadHeaderTimeout: 5 * time.Second}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "hello from %s", hostname)
	})
	defer context.AfterFunc(ctx, func() { _ = server.Shutdown(context.Background()) })()
	return server.ListenAndServe()
}

func check(ctx context.Context) error {
	_, err := get(ctx, "127.0.0.1")
	return err
}
