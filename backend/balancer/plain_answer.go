package balancer

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// plainAnswer is a target's answer that is used again for the next one.
type plainAnswer struct {
	response http.Response
	fields   plainFields
	body     plainBody
}

var errUpgrade = errors.New("the target changes the protocol, which nobody has asked for")

// read reads a head: by itself a plain one that is there as a whole, else by net/http. Where
// that would stop at fields that it finds wrong, this one leaves them to it.
func (p *plainAnswer) read(far *targetConn, r *http.Request, w *plainWriter) (*http.Response, error) {
	p.body = plainBody{conn: w.conn, far: far}
	far.left = maxAnswerHead
	_, err := far.reader.Peek(1)
	far.left = -1
	if err != nil {
		return nil, err
	}
	text, _ := far.reader.Peek(far.reader.Buffered())
	if end := bytes.Index(text, endOfHead); end >= 0 && p.readHead(string(text[:end+2]), r) {
		_, _ = far.reader.Discard(end + len(endOfHead))
		return &p.response, nil
	}
	answer, err := far.readAnswer(r, w.inform)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusSwitchingProtocols {
		return nil, errUpgrade
	}
	maps.DeleteFunc(answer.Header, isNoField)
	p.body.inner, p.body.keep = answer.Body, !answer.Close
	p.body.ended = answer.Body == http.NoBody
	answer.Body = &p.body
	return answer, nil
}

// readHead reads a head whose body has a length, or returns false.
func (p *plainAnswer) readHead(head string, r *http.Request) bool {
	line, lines, _ := strings.Cut(head, "\r\n")
	line, ok := strings.CutPrefix(line, "HTTP/1.1 ")
	digits, reason, _ := strings.Cut(line, " ")
	code, err := strconv.ParseUint(digits, 10, 16)
	if !ok || err != nil || len(digits) != 3 || code < 200 || !plainValue(reason) {
		return false
	}
	if p.fields.header == nil {
		p.fields.header = http.Header{}
	}
	if !p.fields.read(lines) || p.fields.interpreted {
		return false
	}
	length := p.fields.length
	p.body.left = length
	if code == http.StatusNoContent || code == http.StatusNotModified || r.Method == http.MethodHead {
		p.body.left, length = 0, max(length, 0)
	}
	if length < 0 {
		return false
	}
	p.body.keep, p.body.ended = !p.fields.close, p.body.left == 0
	p.response = http.Response{
		StatusCode: int(code), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: p.fields.header, //nolint:gosec // three digits
		Body: &p.body, ContentLength: length, Close: p.fields.close, Request: r,
	}
	return true
}

// plainBody is a target's body, like answerBody.
type plainBody struct {
	conn   *plainConn
	far    *targetConn
	inner  io.Reader // nil for left bytes of far
	left   int64
	keep   bool
	ended  bool
	closed bool
}

// more tells whether there is something of it that need not be waited for.
func (b *plainBody) more() bool { return b.far.reader.Buffered() > 0 }

func (b *plainBody) Read(p []byte) (int, error) {
	if !b.more() {
		b.far.extend()
	}
	if b.inner != nil {
		n, err := b.inner.Read(p)
		b.ended = b.ended || errors.Is(err, io.EOF)
		return n, err
	}
	n, err := b.far.reader.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	b.ended = b.left == 0
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Close gives the connection back, or closes it.
func (b *plainBody) Close() error {
	if b.closed {
		return nil
	}
	b.closed = true
	if b.conn.takeBack() && b.ended && b.keep && !b.more() {
		b.far.target.idle.put(b.far)
		return nil
	}
	return b.far.Close()
}
