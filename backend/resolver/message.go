package resolver

import (
	"slices"

	"golang.org/x/net/dns/dnsmessage"
)

// query is a question as it came.
type query struct {
	header   dnsmessage.Header
	question dnsmessage.Question
	size     int  // the longest answer in a datagram that the client takes
	edns     bool // it speaks EDNS, in a version
	version  byte
	refused  dnsmessage.RCode // it is answered with this error: its header alone could be read, or it asks for what is not served
}

const (
	plainSize   = 512 // without EDNS
	largestSize = 4096
)

// read reads a message; ok is false where there is nothing to answer.
func read(message []byte) (q query, ok bool) {
	var p dnsmessage.Parser
	h, err := p.Start(message)
	if err != nil || h.Response {
		return q, false
	}
	q = query{header: h, size: plainSize}
	if len(message) > largestSize { // a name and options are never as long: it would be kept until it is answered elsewhere
		q.refused = dnsmessage.RCodeFormatError
		return q, true
	}
	if h.OpCode != 0 {
		q.refused = dnsmessage.RCodeNotImplemented
		return q, true
	}
	questions, err := p.AllQuestions()
	if err != nil || len(questions) != 1 {
		q.refused = dnsmessage.RCodeFormatError
		return q, true
	}
	q.question = questions[0]
	if p.SkipAllAnswers() != nil || p.SkipAllAuthorities() != nil {
		q.refused = dnsmessage.RCodeFormatError
		return q, true
	}
	for {
		r, err := p.AdditionalHeader()
		if err == dnsmessage.ErrSectionDone { //nolint:errorlint // it is never wrapped
			return q, true
		}
		if err == nil && r.Type == dnsmessage.TypeOPT {
			q.edns, q.version = true, byte(r.TTL>>16)
			q.size = min(max(int(r.Class), plainSize), largestSize)
		}
		if err != nil || p.SkipAdditional() != nil {
			q.refused = dnsmessage.RCodeFormatError
			return q, true
		}
	}
}

// badVersion is what a version of EDNS is refused with that is not known (RFC 6891).
const badVersion dnsmessage.RCode = 16

// write is the answer to a query as a message of at most a size; what does not fit is left out and
// said to be: what is additional quietly. As many records as fit stay, which RFC 2181 leaves to the
// server: resolvers that know no TCP, such as musl's up to 1.2.3, go by these.
func (q query) write(a Answer, size int) []byte {
	message, err := q.pack(a, false)
	if err == nil && len(message) > size {
		a.Additionals = nil
		message, err = q.pack(a, false)
	}
	for err == nil && len(message) > size && len(a.Answers)+len(a.Authorities) > 0 {
		a.Authorities, a.Answers = nil, a.Answers[:max(len(a.Answers)-1, 0)]
		message, err = q.pack(a, true)
	}
	if err != nil {
		message, _ = q.pack(Answer{RCode: dnsmessage.RCodeServerFailure}, false)
	}
	return message
}

func (q query) pack(a Answer, truncated bool) ([]byte, error) {
	m := dnsmessage.Message{
		Header: dnsmessage.Header{
			ID: q.header.ID, Response: true, OpCode: q.header.OpCode, RecursionDesired: q.header.RecursionDesired, RecursionAvailable: true,
			Truncated: truncated, RCode: a.RCode & 0xf, CheckingDisabled: q.header.CheckingDisabled,
		},
		Answers: a.Answers, Authorities: a.Authorities, Additionals: a.Additionals,
	}
	if q.question.Name.Length > 0 {
		m.Questions = []dnsmessage.Question{q.question}
	}
	if q.edns {
		var h dnsmessage.ResourceHeader
		if err := h.SetEDNS0(largestSize, a.RCode, false); err != nil {
			return nil, err
		}
		m.Additionals = append(slices.Clip(m.Additionals), dnsmessage.Resource{Header: h, Body: &dnsmessage.OPTResource{}})
	}
	return m.Pack()
}
