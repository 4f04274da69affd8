package control

import (
	"fmt"
	"io"
)

// eventWriter is a form in which events are sent. The body of an event is one line.
type eventWriter interface {
	event(sequence uint64, body []byte) error
	// gap says that the events with these numbers are not kept any more.
	gap(from, to uint64) error
	// alive says nothing, only that the stream goes on.
	alive() error
}

var (
	_ eventWriter = lines{}
	_ eventWriter = serverSent{}
)

// lines are an object of JSON in each line.
type lines struct{ w io.Writer }

func (l lines) event(sequence uint64, body []byte) error {
	_, err := fmt.Fprintf(l.w, `{"sequence":%d,"event":%s}`+"\n", sequence, body)
	return err
}

func (l lines) gap(from, to uint64) error {
	_, err := fmt.Fprintf(l.w, `{"gap":{"from":%d,"to":%d}}`+"\n", from, to)
	return err
}

func (lines) alive() error { return nil }

// serverSent are server-sent events, as browsers read them with EventSource. Source:
// the HTML standard.
type serverSent struct{ w io.Writer }

func (s serverSent) event(sequence uint64, body []byte) error {
	_, err := fmt.Fprintf(s.w, "id: %d\ndata: %s\n\n", sequence, body)
	return err
}

func (s serverSent) gap(from, to uint64) error {
	_, err := fmt.Fprintf(s.w, "id: %d\nevent: gap\ndata: {\"from\":%d,\"to\":%d}\n\n", to, from, to)
	return err
}

func (s serverSent) alive() error {
	_, err := io.WriteString(s.w, ":\n\n")
	return err
}
