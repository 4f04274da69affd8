package proxy

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
)

// pass asks a target in HTTP/1 and answers with its answer. It does what net/http's ReverseProxy does for a request that
// keeps its protocol, but for a copy of the whole request with its header, which is much of what a hop costs.
func (x *exchange) pass(w http.ResponseWriter, r *http.Request) {
	out := x.outgoing(r)
	answer, err := x.RoundTrip(out)
	if err != nil {
		x.failed(w, out, err)
		return
	}
	defer func() { _ = answer.Body.Close() }()
	removeHopByHop(answer.Header)
	x.modify(answer)
	maps.Copy(w.Header(), answer.Header)
	announced := len(answer.Trailer)
	if announced > 0 {
		w.Header()["Trailer"] = []string{strings.Join(slices.Collect(maps.Keys(answer.Trailer)), ", ")}
	}
	w.WriteHeader(answer.StatusCode)
	if err := passBody(w, answer); err != nil {
		panic(http.ErrAbortHandler) // net/http closes the connection: a part of the answer is out
	}
	_ = answer.Body.Close() // which also drops what is no trailer
	passTrailers(w, answer.Trailer, announced)
}

// outgoing is the request to the target. It lasts as long as the exchange, and its header has the client's own values.
func (x *exchange) outgoing(r *http.Request) *http.Request {
	if x.header == nil {
		x.header = make(http.Header)
	}
	for name, values := range r.Header {
		if !isHopByHop(name) && !isForwarded(name) {
			x.header[name] = values
		}
	}
	removeNamed(x.header, r.Header["Connection"])
	if slices.ContainsFunc(r.Header["Te"], wantsTrailers) {
		x.header["Te"] = []string{"trailers"}
	}
	x.out = *r
	x.out.Header = x.header
	if r.ContentLength == 0 {
		x.out.Body = nil
	}
	x.locate()
	x.complete(&x.out, r.Header)
	return &x.out
}

// wantsTrailers tells of a line of the field TE, which is a list. Of what it says that alone is for more than one hop.
func wantsTrailers(line string) bool {
	for word := range strings.SplitSeq(line, ",") {
		if strings.EqualFold(textproto.TrimString(word), "trailers") {
			return true
		}
	}
	return false
}

// passBody writes an answer's body. Its Read has the client get what there is before it waits for more, but for what comes
// before a part of a chunk's line: events do not wait for the rest of that.
func passBody(w http.ResponseWriter, answer *http.Response) error {
	if answer.Body == http.NoBody {
		return nil
	}
	events := isEventStream(answer.Header)
	buffer := buffers.Get()
	defer buffers.Put(buffer)
	for {
		n, err := answer.Body.Read(buffer)
		ended := errors.Is(err, io.EOF)
		if n > 0 {
			if _, err := w.Write(buffer[:n]); err != nil {
				return err
			}
			if events || err != nil && !ended { // net/http drops what waits when the answer breaks off
				_ = http.NewResponseController(w).Flush()
			}
		}
		switch {
		case ended:
			return nil
		case err != nil:
			return err
		}
	}
}

// passTrailers sets those of an answer, all of which are announced or not.
func passTrailers(w http.ResponseWriter, trailers http.Header, announced int) {
	if len(trailers) == 0 {
		return
	}
	_ = http.NewResponseController(w).Flush() // before the end is known, so that net/http writes chunks
	prefix := ""
	if len(trailers) != announced {
		prefix = http.TrailerPrefix
	}
	for name, values := range trailers {
		if len(values) == 0 { // announced, and not sent: net/http would begin a block of trailers in HTTP/2, and not end it
			delete(w.Header(), name)
			continue
		}
		w.Header()[prefix+name] = values
	}
}
