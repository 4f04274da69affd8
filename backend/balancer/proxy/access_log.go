package proxy

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/accesslog"
)

// record is what a proxy notes of a request. What reads a connection that speaks another protocol now may hold on
// to it longer than the exchange lasts. All methods of nil do nothing.
type record struct {
	began          time.Time // in real time
	at             time.Time // by the clock
	received, sent atomic.Int64
	code           int
	took           string         // what the client is told of that
	answer         *http.Response // of the target
}

func (r *record) receive(n int) {
	if r != nil {
		r.received.Add(int64(n))
	}
}

func (r *record) send(n int) {
	if r != nil {
		r.sent.Add(int64(n))
	}
}

// finish counts a request of a proxy that has ended, and writes a line where the listener asks for that.
func (x *exchange) finish() {
	r := x.record
	if r == nil {
		return
	}
	moved := int(r.received.Load() + r.sent.Load())
	x.listener.Counts.Request(isGRPC(x.request.Header), moved)
	if x.target != nil {
		x.target.Group.Counts.Bytes(moved)
	}
	to := x.listener.Connect.AccessLog
	if to == nil || x.runtime.AccessLog == nil {
		return
	}
	path := x.asked.Path
	if to.QueryParameters && x.asked.Query != "" {
		path += "?" + x.asked.Query
	}
	line := accesslog.Request{
		Start: r.at, Method: x.request.Method, Path: path, Protocol: x.request.Proto, Code: r.code, Received: r.received.Load(), Sent: r.sent.Load(),
		Duration: time.Since(r.began), ServiceTime: r.took, ForwardedFor: x.request.Header.Get("X-Forwarded-For"),
		UserAgent: x.request.Header.Get("User-Agent"), ID: x.id, Authority: x.request.Host, Kind: x.listener.Connect.Protocol,
	}
	if x.request.ProtoMajor == 2 {
		line.Protocol = "HTTP/2"
	}
	if x.target != nil {
		line.Upstream = x.target.Address
	}
	if r.answer != nil {
		line.GRPCStatus = r.answer.Trailer.Get("Grpc-Status")
		if line.GRPCStatus == "" {
			line.GRPCStatus = r.answer.Header.Get("Grpc-Status")
		}
	} else if isGRPC(x.request.Header) && r.code != 0 {
		line.GRPCStatus = grpcStatus(r.code)
		line.Code = http.StatusOK
	}
	if line.ID == "" {
		line.ID = x.request.Header.Get("X-Request-Id")
	}
	_, _ = x.runtime.AccessLog.Write(line.Format(to.JSON)) // there is no one to tell
}

// serviceTime is how long a target took to answer, in milliseconds.
func serviceTime(took time.Duration) string { return strconv.FormatInt(took.Milliseconds(), 10) }
