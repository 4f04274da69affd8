package balancer

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// plainWriter answers plain requests: it keeps an answer of the balancer's own until it is
// complete, and passes that of a target on as it comes.
type plainWriter struct {
	conn   *plainConn
	answer plainAnswer
	names  []string // of a head, sorted
	ends   bool     // nothing follows the answer

	header http.Header // of the balancer's own answer
	code   int
	body   []byte
}

// Header, WriteHeader and Write are http.ResponseWriter's.
func (w *plainWriter) Header() http.Header {
	if w.header == nil {
		w.header = http.Header{}
	}
	return w.header
}

// WriteHeader has finish send what Header has.
func (w *plainWriter) WriteHeader(code int) { w.code = code }

// Write adds to the body.
func (w *plainWriter) Write(p []byte) (int, error) {
	w.body = append(w.body, p...)
	return len(p), nil
}

// finish sends what is to be sent, and tells whether another request may follow.
func (w *plainWriter) finish() bool {
	if w.code != 0 {
		w.send(append(w.appendHead(nil, w.code, w.header), w.body...))
		w.header, w.code, w.body = nil, 0, nil
	}
	return !w.ends
}

func (w *plainWriter) send(text []byte) {
	if _, err := w.conn.Write(text); err != nil {
		w.ends = true
	}
}

// pass passes a target's answer on. A client that has not got all of it is left without its
// connection.
func (w *plainWriter) pass(answer *http.Response) {
	buffer := buffers.Get()
	defer buffers.Put(buffer)
	chunked := false
	switch code := answer.StatusCode; {
	case code == http.StatusNoContent:
		delete(answer.Header, "Content-Length")
		fallthrough
	case code == http.StatusNotModified, answer.Request.Method == http.MethodHead, answer.ContentLength == 0:
		answer.Body = http.NoBody
		answer.ContentLength = 0
	case answer.ContentLength < 0:
		chunked = true
		answer.Header["Transfer-Encoding"] = []string{"chunked"}
		if len(answer.Trailer) > 0 {
			answer.Header["Trailer"] = []string{strings.Join(sortedNames(nil, answer.Trailer), ", ")}
		}
	}
	text := w.appendHead(buffer[:0], answer.StatusCode, answer.Header)
	var err error
	if chunked {
		err = w.passChunks(text, answer)
	} else {
		err = w.passLength(text, answer)
	}
	_ = w.answer.body.Close()
	w.ends = w.ends || err != nil
}

// passLength passes on a body of a known length, behind the text that waits to be sent.
func (w *plainWriter) passLength(text []byte, answer *http.Response) error {
	for left := answer.ContentLength; left > 0; {
		if len(text) > 0 && (!w.answer.body.more() || len(text) == cap(text)) {
			w.send(text) // what is there is for the client before there is more
			text = text[:0]
		}
		n, err := answer.Body.Read(text[len(text):min(cap(text), len(text)+int(min(left, bufferSize)))])
		text = text[:len(text)+n]
		left -= int64(n)
		if err != nil && left > 0 {
			w.send(text)
			return err
		}
		if w.ends {
			return nil
		}
	}
	_ = w.answer.body.Close() // its connection may be asked for when the client has the answer
	w.send(text)
	return nil
}

// passChunks passes on a body of unknown length, and its trailers.
func (w *plainWriter) passChunks(text []byte, answer *http.Response) error {
	piece := buffers.Get()
	defer buffers.Put(piece)
	for !w.ends {
		if len(text) > 0 && (!w.answer.body.more() || len(text) > len(piece)/2) {
			w.send(text)
			text = text[:0]
		}
		n, err := answer.Body.Read(piece[:len(piece)/2-16])
		if n > 0 {
			text = append(strconv.AppendInt(text, int64(n), 16), "\r\n"...)
			text = append(append(text, piece[:n]...), "\r\n"...)
		}
		if errors.Is(err, io.EOF) {
			_ = w.answer.body.Close()
			maps.DeleteFunc(answer.Trailer, isNoTrailer)
			text = append(w.appendFields(append(text, "0\r\n"...), answer.Trailer), "\r\n"...)
			w.send(text)
			return nil
		}
		if err != nil {
			w.send(text)
			return err
		}
	}
	return nil
}

// appendHead appends the head of an answer, and notes whether it is the last one.
func (w *plainWriter) appendHead(b []byte, code int, header http.Header) []byte {
	if w.conn.state.Load() == plainLeft {
		header["Connection"] = []string{"close"}
	}
	w.ends = w.ends || slices.Equal(header["Connection"], []string{"close"})
	b = w.appendFields(appendStatus(b, code), header)
	if header["Date"] == nil {
		b = append(time.Now().UTC().AppendFormat(append(b, "Date: "...), http.TimeFormat), "\r\n"...)
	}
	return append(b, "\r\n"...)
}

func appendStatus(b []byte, code int) []byte {
	b = append(strconv.AppendInt(append(b, "HTTP/1.1 "...), int64(code), 10), ' ')
	if text := http.StatusText(code); text != "" {
		return append(append(b, text...), "\r\n"...)
	}
	return append(strconv.AppendInt(append(b, "status code "...), int64(code), 10), "\r\n"...)
}

func (w *plainWriter) appendFields(b []byte, header http.Header) []byte {
	w.names = sortedNames(w.names[:0], header)
	for _, name := range w.names {
		for _, v := range header[name] {
			if strings.ContainsAny(v, "\r\n") {
				v = strings.NewReplacer("\r", " ", "\n", " ").Replace(v)
			}
			b = append(append(append(append(b, name...), ": "...), v...), "\r\n"...)
		}
	}
	clear(w.names)
	return b
}

func sortedNames(names []string, header http.Header) []string {
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// inform passes on what a target says before it answers.
func (w *plainWriter) inform(code int, header http.Header) error {
	w.send(append(w.appendFields(appendStatus(nil, code), header), "\r\n"...))
	return nil
}
