package proxy

import (
	"net/http"
	"strconv"
	"time"
)

// phrases are the balancer's words for codes where net/http has others. The first ones
// stand in the status line, the second ones on the page. Those of 302 were recorded; those
// of 503 and 504 fit the lengths of 162 and 132 bytes that pages are reported to have.
// There is no source for the rest.
var phrases = map[int][2]string{
	http.StatusFound:              {"Moved Temporarily", "Found"},
	http.StatusServiceUnavailable: {"Service Temporarily Unavailable", "Service Temporarily Unavailable"},
	http.StatusGatewayTimeout:     {"Gateway Time-out", "Gateway Time-out"},
	http.StatusRequestTimeout:     {"Request Time-out", "Request Time-out"},
	460:                           {"Client Closed Request", "Client Closed Request"},
	463:                           {"Too Many Addresses", "Too Many Addresses"},
	464:                           {"Incompatible Protocol", "Incompatible Protocol"},
}

func phrase(code int) (line, page string) {
	if p, ok := phrases[code]; ok {
		return p[0], p[1]
	}
	return http.StatusText(code), http.StatusText(code)
}

// pageOf is what the balancer says about a code.
func pageOf(code int) string {
	_, words := phrase(code)
	title := strconv.Itoa(code) + " " + words
	return "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title + "</h1></center>\r\n</body>\r\n</html>\r\n"
}

// page answers with the balancer's own page.
func (x *exchange) page(w http.ResponseWriter, code int) {
	if x.listener.Connect != nil {
		x.answerForProxy(w, code, proxyWords(code))
		return
	}
	x.answer(w, code, "text/html", pageOf(code))
}

// answer answers instead of a target.
func (x *exchange) answer(w http.ResponseWriter, code int, contentType, body string) {
	h := w.Header()
	h.Set("Server", "awselb/2.0")
	h.Set("Content-Type", contentType)
	if code == http.StatusNoContent || code == http.StatusNotModified { // neither has a body
		body = ""
	} else {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	x.keepAlive(h)
	if x.client != nil {
		x.client.say(code)
	}
	x.runtime.Counts.Answered(code)
	w.WriteHeader(code)
	if x.request.Method != http.MethodHead {
		_, _ = w.Write([]byte(body))
	}
}

// keepAlive tells a client that its connection's time is over, and one of HTTP/1 that it
// stays. Net/http makes a GOAWAY of it in HTTP/2.
// Source: "HTTP client keepalive duration" in the guide.
func (x *exchange) keepAlive(h http.Header) {
	switch {
	case x.client != nil && x.last:
		h.Set("Connection", "close")
	case x.client != nil && h["Connection"] != nil:
	case x.isOld(x.listener.Settings.KeepAlive):
		h.Set("Connection", "close")
	case x.client != nil && x.request.ProtoAtLeast(1, 1) && !x.request.Close:
		h.Set("Connection", "keep-alive")
	}
}

// isOld tells whether the client's connection has lasted longer than that.
func (x *exchange) isOld(most time.Duration) bool {
	began, _ := x.request.Context().Value(beganKey{}).(time.Time)
	if x.client != nil {
		began = x.client.began
	}
	return most > 0 && time.Since(began) > most
}
