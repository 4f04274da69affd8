package backendtest

import "strconv"

func testExecBigOutput(s *env) {
	const size = 10_000_000
	s.Executed(s.SharedHost(), 0, "noise", strconv.Itoa(size)).ExpectNoise(size)
}

// testExecSlowReader has a program that writes a file after its output. It has not come to that
// while another one has written as much, and been read.
func testExecSlowReader(s *env) {
	const size = 20_000_000
	id := s.SharedHost()
	slow := s.Open(id, s.App("sh"))
	slow.Enter("noise " + strconv.Itoa(size) + "\nwrite /slow/done yes\n")
	s.Executed(id, 0, "noise", strconv.Itoa(size)).ExpectNoise(size)
	s.Executed(id, 1, "read", "/slow/done")
	slow.EndInput()
	slow.ExpectEnd(0)
	slow.ExpectNoise(size)
	s.Executed(id, 0, "read", "/slow/done")
}
