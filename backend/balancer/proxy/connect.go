package proxy

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dialer"
)

// What a proxy of Service Connect does otherwise than a load balancer. AWS's is Envoy, whose words and defaults these are
// (its documentation of response code details, of local replies and of the router's headers); AWS's tutorial of Service
// Connect shows the header server and x-envoy-upstream-service-time.

// refusedByProxy is the code for what no target gets to see, or 0.
func (x *exchange) refusedByProxy() int {
	r := x.request
	if r.Method == http.MethodConnect || x.client == nil && !fitsLine(r) || x.client != nil && (r.ProtoMajor > 1 || x.contradicts()) {
		return http.StatusBadRequest
	}
	return 0
}

// completeForProxy makes the header of a request that of one to a target. What the client says of
// those before it stays as it is.
func (x *exchange) completeForProxy(out *http.Request, in http.Header) {
	out.Host = cmp.Or(x.host, x.request.Host)
	delete(out.Header, "Expect") // the client is told to go on
	leaveWebSockets(out.Header)
	for _, name := range [...]string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"} {
		if values, ok := in[name]; ok {
			out.Header[name] = values
		}
	}
	if values := in["X-Request-Id"]; len(values) > 0 {
		x.id = values[0]
	} else {
		x.id = newRequestID()
		out.Header["X-Request-Id"] = []string{x.id}
	}
}

// newRequestID is a random UUID. It names a request in logs and is no secret, so it need not cost a call of the system.
func newRequestID() string {
	var random [16]byte
	binary.BigEndian.PutUint64(random[:8], rand.Uint64())
	binary.BigEndian.PutUint64(random[8:], rand.Uint64())
	random[6], random[8] = random[6]&0x0f|0x40, random[8]&0x3f|0x80
	id := make([]byte, 0, 36)
	for i, part := range [...][]byte{random[:4], random[4:6], random[6:8], random[8:10], random[10:]} {
		if i > 0 {
			id = append(id, '-')
		}
		id = hex.AppendEncode(id, part)
	}
	return string(id)
}

// completeAnswer makes the header of a target's answer that of a proxy's.
func (x *exchange) completeAnswer(answer *http.Response) {
	r, h := x.record, answer.Header
	r.answer, r.code, r.took = answer, answer.StatusCode, serviceTime(x.took)
	h["Server"] = envoy
	h["X-Envoy-Upstream-Service-Time"] = []string{r.took}
	if x.client != nil && x.last {
		h.Set("Connection", "close")
	}
}

var envoy = []string{"envoy"}

// proxyWords are what a proxy says by itself with a code.
func proxyWords(code int) string {
	switch code {
	case http.StatusRequestTimeout:
		return "stream timeout"
	case http.StatusServiceUnavailable:
		return "no healthy upstream"
	case http.StatusGatewayTimeout:
		return "upstream request timeout"
	}
	return http.StatusText(code)
}

// answerForProxy answers instead of a target. A client of gRPC gets a status of gRPC.
func (x *exchange) answerForProxy(w http.ResponseWriter, code int, words string) {
	h := w.Header()
	h["Server"] = envoy
	x.record.code = code
	x.runtime.Counts.Answered(code)
	if isGRPC(x.request.Header) {
		h.Set("Content-Type", "application/grpc")
		h.Set("Grpc-Status", grpcStatus(code))
		h.Set("Grpc-Message", words)
		w.WriteHeader(http.StatusOK)
		return
	}
	h.Set("Content-Type", "text/plain")
	h.Set("Content-Length", strconv.Itoa(len(words)))
	if x.client != nil && x.last {
		h.Set("Connection", "close")
	}
	w.WriteHeader(code)
	if x.request.Method != http.MethodHead {
		x.record.send(len(words))
		_, _ = w.Write([]byte(words))
	}
}

func isGRPC(h http.Header) bool {
	kind, ok := strings.CutPrefix(h.Get("Content-Type"), "application/grpc")
	return ok && (kind == "" || kind[0] == '+' || kind[0] == ';')
}

// grpcStatus is the status of gRPC for a code of HTTP.
// Source: gRPC's page "HTTP to gRPC Status Code Mapping".
func grpcStatus(code int) string {
	switch code {
	case http.StatusBadRequest:
		return "13" // INTERNAL
	case http.StatusNotFound:
		return "12" // UNIMPLEMENTED
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return "14" // UNAVAILABLE
	}
	return "2" // UNKNOWN
}

// connectRefusal is a proxy's answer to what net/http's server cannot read.
func connectRefusal(code int) []byte {
	words := http.StatusText(code)
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\ncontent-length: %d\r\ncontent-type: text/plain\r\ndate: %s\r\nserver: envoy\r\nconnection: close\r\n\r\n%s",
		code, words, len(words), time.Now().UTC().Format(http.TimeFormat), words)
}

// failedForProxy answers for a target that did not.
func (x *exchange) failedForProxy(w http.ResponseWriter, r *http.Request, err error) {
	var client *clientError
	switch {
	case errors.As(err, &client):
		x.last = true
		x.answerForProxy(w, client.code, proxyWords(client.code))
	case r.Context().Err() != nil:
		panic(http.ErrAbortHandler) // the client is gone
	default:
		code, words := x.reasonOf(err)
		if !isUnreached(err) && !isIdempotent(r.Method) { // the container may have done it: see refusedElsewhere
			w.Header()["X-Envoy-Upstream-Service-Time"] = []string{serviceTime(x.took)}
		}
		x.answerForProxy(w, code, words)
	}
}

// reasonOf is what a proxy says of a target's failure.
func (x *exchange) reasonOf(err error) (code int, words string) {
	s := &x.listener.Settings
	var unreached *dialer.Error
	var number syscall.Errno
	reason := "connection termination"
	switch connecting, late := errors.As(err, &unreached), isTimeout(err); {
	case late && (!connecting || x.isLate()):
		if s.Request <= 0 || s.Request > s.Idle {
			return http.StatusGatewayTimeout, "stream timeout"
		}
		return http.StatusGatewayTimeout, "upstream request timeout"
	case late:
		reason = "connection timeout"
	case connecting:
		reason = "remote connection failure"
		if errors.As(err, &number) {
			reason += ", transport failure reason: delayed connect error: " + strconv.Itoa(int(number))
		}
	case x.heard:
		reason = "protocol error"
	}
	words = "upstream connect error or disconnect/reset before headers. "
	if len(x.tried) > 0 {
		words += "retried and the latest "
	}
	code = http.StatusServiceUnavailable
	if x.heard {
		code = http.StatusBadGateway
	}
	return code, words + "reset reason: " + reason
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &network) && network.Timeout()
}
