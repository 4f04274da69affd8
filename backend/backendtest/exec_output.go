package backendtest

import (
	"bytes"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"strconv"
)

// expectNoise compares output with the bytes that the program's noise is.
func (s *session) expectNoise(n int) {
	s.env.Helper()
	want := sha256.New()
	if _, err := io.CopyN(want, rand.NewChaCha8([32]byte{}), int64(n)); err != nil {
		s.env.Fatal(err)
	}
	got := sha256.Sum256(s.stdout.Bytes())
	if s.stdout.Len() != n || !bytes.Equal(got[:], want.Sum(nil)) {
		s.env.Errorf("%d bytes of output, want %d, or others", s.stdout.Len(), n)
	}
}

func testExecBigOutput(s *env) {
	const size = 10_000_000
	s.executed(s.sharedHost(), 0, "noise", strconv.Itoa(size)).expectNoise(size)
}

// testExecSlowReader has a program that writes a file after its output. It has not come to that
// while another one has written as much, and been read.
func testExecSlowReader(s *env) {
	const size = 20_000_000
	id := s.sharedHost()
	slow := s.open(id, s.app("sh"))
	slow.enter("noise " + strconv.Itoa(size) + "\nwrite /slow/done yes\n")
	s.executed(id, 0, "noise", strconv.Itoa(size)).expectNoise(size)
	s.executed(id, 1, "read", "/slow/done")
	slow.closeInput()
	slow.expectEnd(0)
	slow.expectNoise(size)
	s.executed(id, 0, "read", "/slow/done")
}
