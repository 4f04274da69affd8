package consolepages_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// A page that is streamed shows a denial as it comes, though no row says it.
func TestDenialsAreStreamed(t *testing.T) {
	t.Parallel()
	srv := emulator.Start(t, emulator.Options{IAM: emulator.AccessEnforce, UnknownRoles: true, Speed: emulator.Still})
	w := &world{T: t, srv: srv}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL()+"/_emulator/console/access", nil)
	w.must(err)
	request.Header.Set("Accept", "text/event-stream")
	answer, err := http.DefaultClient.Do(request)
	w.must(err)
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	waitFor := func(text string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), text) {
				return
			}
		}
		t.Fatalf("the stream ends without %q: %v", text, lines.Err())
	}
	waitFor("0 denials")
	w.denied()
	waitFor("ecs:ListClusters")
}
