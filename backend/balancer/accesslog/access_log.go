// Package accesslog writes lines of the access logs of Service Connect, as Envoy does with the formats of the page
// "Amazon ECS Service Connect access logs" in the developer guide.
package accesslog

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Request has what a line of an access log is made from.
type Request struct {
	Start                                            time.Time
	Method, Path, Protocol                           string
	Code                                             int // 0: no answer began
	GRPCStatus                                       string
	Received, Sent                                   int64 // of bodies
	Duration                                         time.Duration
	ServiceTime                                      string
	ForwardedFor, UserAgent, ID, Authority, Upstream string
	Kind                                             string // http, http2, grpc
}

// Flow is a connection of TCP that has ended.
type Flow struct {
	Start          time.Time
	Address        string
	Port           uint16
	Received, Sent int64
	Duration       time.Duration
	ID             uint64
}

// Format is the line. A value that there is not is a hyphen in text and null in JSON.
func (r Request) Format(asJSON bool) []byte {
	l := line{json: asJSON}
	duration := "duration"
	if r.Kind == "http" {
		duration = "duration_ms"
	}
	l.value("[", "start_time", start(r.Start), "] ")
	l.value(`"`, "method", r.Method, " ")
	l.value("", "path", r.Path, " ")
	l.value("", "protocol", r.Protocol, `" `)
	l.number("response_code", int64(r.Code), " ")
	if r.Kind == "grpc" {
		l.value("", "grpc_status", grpcName(r.GRPCStatus), " ")
	}
	l.number("bytes_received", r.Received, " ")
	l.number("bytes_sent", r.Sent, " ")
	l.number(duration, r.Duration.Milliseconds(), " ")
	l.value("", "upstream_service_time", r.ServiceTime, " ")
	l.value(`"`, "forwarded_for", r.ForwardedFor, `" `)
	l.value(`"`, "user_agent", r.UserAgent, `" `)
	l.value(`"`, "request_id", r.ID, `" `)
	l.value(`"`, "authority", r.Authority, `" `)
	l.value(`"`, "upstream_host", r.Upstream, `"`)
	if r.Kind != "http" {
		l.value(` "`, "stream_id", r.ID, `"`)
	}
	return l.end()
}

// Format is the line. Envoy has details of the end of a connection for few causes, none of which there is here.
func (f Flow) Format(asJSON bool) []byte {
	l := line{json: asJSON}
	l.value("[", "start_time", start(f.Start), "] ")
	l.value("", "downstream_remote_address", f.Address, " ")
	l.value("", "downstream_remote_port", strconv.Itoa(int(f.Port)), " ")
	l.number("bytes_received", f.Received, " ")
	l.number("bytes_sent", f.Sent, " ")
	l.number("duration", f.Duration.Milliseconds(), " ")
	l.value("", "connection_termination_details", "", " ")
	l.number("connection_id", int64(f.ID), "")
	return l.end()
}

func start(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

type line struct {
	bytes.Buffer
	json bool
}

func (l *line) value(before, key, value, after string) {
	switch {
	case l.json && value == "":
		l.member(key, "null")
	case l.json:
		text, _ := json.Marshal(strings.ToValidUTF8(value, "\ufffd")) // a string always can be
		l.member(key, string(text))
	case value == "":
		l.WriteString(before + "-" + after)
	default:
		l.WriteString(before + value + after)
	}
}

func (l *line) number(key string, n int64, after string) {
	if text := strconv.FormatInt(n, 10); l.json {
		l.member(key, text)
	} else {
		l.WriteString(text + after)
	}
}

func (l *line) member(key, value string) {
	if l.Len() == 0 {
		l.WriteByte('{')
	} else {
		l.WriteByte(',')
	}
	l.WriteString(`"` + key + `":` + value)
}

func (l *line) end() []byte {
	if l.json {
		l.WriteByte('}')
	}
	l.WriteByte('\n')
	return l.Bytes()
}

// grpcNames are the statuses of gRPC by number, as Envoy writes them.
var grpcNames = [...]string{
	"OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied", "ResourceExhausted",
	"FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated",
}

// grpcName is the name of a status, or what was given where it has none.
func grpcName(status string) string {
	if n, err := strconv.Atoi(status); err == nil && n >= 0 && n < len(grpcNames) {
		return grpcNames[n]
	}
	return status
}
