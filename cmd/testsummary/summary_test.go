package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// events are what go test -json prints for a package with a test of each kind.
const events = `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestGood","Output":"=== RUN   TestGood\n"}
{"Action":"pass","Package":"p","Test":"TestGood"}
{"Action":"run","Package":"p","Test":"TestTable"}
{"Action":"run","Package":"p","Test":"TestTable/one"}
{"Action":"pass","Package":"p","Test":"TestTable/one"}
{"Action":"run","Package":"p","Test":"TestTable/two"}
{"Action":"output","Package":"p","Test":"TestTable/two","Output":"=== RUN   TestTable/two\n"}
{"Action":"output","Package":"p","Test":"TestTable/two","Output":"    p_test.go:7: one is not two\n"}
{"Action":"fail","Package":"p","Test":"TestTable/two"}
{"Action":"fail","Package":"p","Test":"TestTable"}
{"Action":"run","Package":"p","Test":"TestDocker"}
{"Action":"output","Package":"p","Test":"TestDocker","Output":"    p_test.go:9: no Docker engine answers: no socket\n"}
{"Action":"output","Package":"p","Test":"TestDocker","Output":"--- SKIP: TestDocker (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestDocker"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
`

func read(t *testing.T, events string) (*summary, string) {
	t.Helper()
	var s summary
	var out bytes.Buffer
	if err := s.read(strings.NewReader(events), &out); err != nil {
		t.Fatal(err)
	}
	s.write(&out)
	return &s, out.String()
}

func TestSummaryCountsLeavesAndGivesReasons(t *testing.T) {
	_, got := read(t, events)
	for _, want := range []string{
		"one is not two", "FAIL\tp\t0.1s\n",
		"3 tests ran in 1 packages: 2 passed, 1 failed; 1 left out\n",
		"left out: 1, because: no Docker engine answers: no socket\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("output lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "=== RUN") {
		t.Errorf("marks of -v are shown:\n%s", got)
	}
}

func TestSummaryCountsWhatEndsWithoutAResult(t *testing.T) {
	for name, c := range map[string]struct{ events, want string }{
		"a package that does not build": {
			`{"ImportPath":"p","Action":"build-output","Output":"p.go:1: expected package\n"}
{"Action":"start","Package":"p"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p"}
`, "1 tests ran in 1 packages: 0 passed, 1 failed"},
		"a test that crashed": {
			`{"Action":"run","Package":"p","Test":"TestCrash"}
{"Action":"output","Package":"p","Test":"TestCrash","Output":"exit status 3\n"}
{"Action":"fail","Package":"p"}
`, "exit status 3\n\n1 tests ran in 1 packages: 0 passed, 1 failed"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := read(t, c.events); !strings.Contains(got, c.want) {
				t.Errorf("output lacks %q:\n%s", c.want, got)
			}
		})
	}
}

func TestTallyIsAppended(t *testing.T) {
	s, _ := read(t, events)
	path := filepath.Join(t.TempDir(), "tally")
	for range 2 {
		if err := appendTo(path, s.writeCounts); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "2 1\n2 1\n" {
		t.Errorf("tally holds %q (%v), want two lines", got, err)
	}
}

func TestWhatFailedTestsSaidIsAppended(t *testing.T) {
	s, _ := read(t, strings.Replace(events, "one is not two\\n", "one is not two\\n1\\n2\\n3\\n4\\na log\\n", 1))
	path := filepath.Join(t.TempDir(), "failures")
	const want = "p TestTable/two:\n    p_test.go:7: one is not two\n1\n2\n3\n4\n"
	if err := appendTo(path, s.writeFailures); err != nil {
		t.Fatal(err)
	}
	s.runAgain(1, func(testName) bool { return true })
	if err := appendTo(path, s.writeFailures); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want+want {
		t.Errorf("got %q (%v), want %q for a test that failed, and again when it has passed alone", got, err, want)
	}
}

func TestNameWithASlashIsOneTest(t *testing.T) {
	_, got := read(t, `{"Action":"run","Package":"p","Test":"TestTable"}
{"Action":"run","Package":"p","Test":"TestTable/foo/bar"}
{"Action":"pass","Package":"p","Test":"TestTable/foo/bar"}
{"Action":"pass","Package":"p","Test":"TestTable"}
{"Action":"pass","Package":"p"}
`)
	if want := "1 tests ran in 1 packages: 1 passed, 0 failed; 0 left out"; !strings.Contains(got, want) {
		t.Errorf("summary %q, want %q", got, want)
	}
}

func TestSlowTestsAreNamed(t *testing.T) {
	_, got := read(t, `{"Action":"run","Package":"p","Test":"TestAll"}
{"Action":"run","Package":"p","Test":"TestAll/quick"}
{"Action":"pass","Package":"p","Test":"TestAll/quick","Elapsed":9.9}
{"Action":"run","Package":"p","Test":"TestAll/slow"}
{"Action":"pass","Package":"p","Test":"TestAll/slow","Elapsed":12.34}
{"Action":"run","Package":"p","Test":"TestAll/slower"}
{"Action":"fail","Package":"p","Test":"TestAll/slower","Elapsed":71.6}
{"Action":"fail","Package":"p","Test":"TestAll","Elapsed":93.84}
{"Action":"fail","Package":"p","Elapsed":94}
`)
	if want := "slow: 1m12s, p TestAll/slower\nslow: 12s, p TestAll/slow\n\n3 tests ran in 1 packages: 2 passed, 1 failed"; !strings.Contains(got, want) {
		t.Errorf("summary %q, want %q", got, want)
	}
}

func TestAFewFailedTestsRunAgain(t *testing.T) {
	for name, c := range map[string]struct {
		events string
		passes bool
		mended bool
		want   []string
	}{
		"it passes":          {events, true, true, []string{"flaky: p TestTable/two failed, and passed when", "3 passed, 0 failed"}},
		"it fails again":     {events, false, false, []string{"2 passed, 1 failed"}},
		"a broken package":   {events + `{"Action":"fail","Package":"q"}` + "\n", true, false, []string{"2 passed, 2 failed"}},
		"no test has failed": {`{"Action":"pass","Package":"p","Test":"TestGood"}`, true, false, []string{"1 passed, 0 failed"}},
		"a test panics": {`{"Action":"output","Package":"p","Test":"A","Output":"panic: no\n"}
{"Action":"fail","Package":"p","Test":"A"}`, true, false, []string{"0 passed, 1 failed"}},
		"a test does not end": {`{"Action":"run","Package":"p","Test":"A"}
{"Action":"fail","Package":"p"}`, true, false, []string{"0 passed, 1 failed"}},
		"four tests fail": {`{"Action":"fail","Package":"p","Test":"A"}
{"Action":"fail","Package":"p","Test":"B"}
{"Action":"fail","Package":"p","Test":"C"}
{"Action":"fail","Package":"p","Test":"D"}`, true, false, []string{"0 passed, 4 failed"}},
	} {
		s, _ := read(t, c.events)
		if mended := s.runAgain(mayRunAgain(""), func(testName) bool { return c.passes }); mended != c.mended {
			t.Errorf("%s: mended %t", name, mended)
		}
		var out bytes.Buffer
		s.write(&out)
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: output lacks %q:\n%s", name, want, out.String())
			}
		}
	}
}

func TestManyRunAgainWhenTheEngineStoodStill(t *testing.T) {
	file := filepath.Join(t.TempDir(), "times")
	for _, c := range []struct {
		times string
		most  int
	}{{"", mostAgain}, {"12:00:00\n", mostAgainStoodStill}} {
		if err := os.WriteFile(file, []byte(c.times), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := mayRunAgain(file); got != c.most {
			t.Errorf("with %q: %d, want %d", c.times, got, c.most)
		}
	}
}

func TestAPatternChoosesOneTest(t *testing.T) {
	if got := (testName{"p", "TestTable/a.b/c"}).pattern(); got != `^TestTable$/^a\.b$/^c$` {
		t.Errorf("got %s", got)
	}
}

func TestATestRunsAgainAlone(t *testing.T) {
	const module = "example.com/module"
	test := testName{module + "/a", "TestA/b"}
	for _, packages := range [][]string{{"./a", "./..."}, {module + "/a", module + "/b"}, nil} {
		args := append([]string{"-skip", "Load$", "-count=1"}, packages...)
		want := []string{"test", "-skip", "Load$", "-count=1", "-count=3", "-run", "^TestA$/^b$", module + "/a"}
		if got := test.again(args, "3"); !slices.Equal(got, want) {
			t.Errorf("%v: go %v, want %v", packages, got, want)
		}
	}
}
