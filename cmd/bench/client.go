package main

import "github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"

// sender is a client's kept-alive connection: it sends a request made beforehand
// and takes in the whole answer.
type sender interface {
	Exchange(request []byte) error
	Close()
}

// Values of the flag -client.
const (
	clientHTTP = "http"
	clientRaw  = "raw"
)

var (
	_ sender = (*rawhttp.Connection)(nil)
	_ sender = (*rawhttp.Client)(nil)
)
