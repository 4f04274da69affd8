package awsapi

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// unpack takes the content encoding off the body. AWS takes gzip, which agents such as CloudWatch's
// send; its answer to a body that is none, or to another encoding, has not been seen, so the words
// are the emulator's, and the code is that of what the framework cannot read. What is unpacked has
// the same bound as a body, so a body that unpacks to a multiple of itself costs no more memory
// than another one.
// Source: amazon-cloudwatch-agent, which compresses what it sends to CloudWatch Logs.
func (x *exchange) unpack(r *http.Request) error {
	encoding := strings.TrimSpace(strings.Join(r.Header.Values("Content-Encoding"), ", "))
	switch {
	case encoding == "" || strings.EqualFold(encoding, "identity") || len(x.body) == 0:
		return nil
	case !strings.EqualFold(encoding, "gzip"):
		return &Error{Code: "SerializationException", Message: fmt.Sprintf("The content encoding %q of the request is not supported: only gzip is.", encoding)}
	}
	packed, err := gzip.NewReader(bytes.NewReader(x.body))
	if err != nil {
		return notPacked(err)
	}
	unpacked := takeBuffer()
	buf := bytes.NewBuffer((*unpacked)[:0])
	length, err := io.Copy(buf, io.LimitReader(packed, x.options.MaxBody+1))
	*unpacked = buf.Bytes()
	x.sent, x.in, x.body = x.in, unpacked, buf.Bytes()
	switch {
	case err != nil:
		return notPacked(err)
	case length > x.options.MaxBody:
		return tooLarge(x.options.MaxBody)
	}
	return nil
}

func notPacked(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = errors.New("it ends early")
	}
	return &Error{Code: "SerializationException", Message: fmt.Sprintf("The request body cannot be unpacked by its content encoding gzip: %v.", err)}
}
