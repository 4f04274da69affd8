// Package why asks a running emulator why something is not as wanted, or why a request was allowed or denied, and writes
// the answer as text.
package why

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// Command is what is asked, and of which emulator.
type Command struct {
	// Get asks for a path below /_emulator/. The answer may be a refusal.
	Get func(ctx context.Context, path string, query url.Values) (*http.Response, error)
	// Refusal is the reason of an answer that is none.
	Refusal func(*http.Response) error
	Ref     string // empty: all that is not as wanted
	Cluster string
	JSON    bool // as the emulator answers it
}

// notAsWanted is the exit code if something is not as wanted.
const notAsWanted = 3

// requestID is how ids of requests begin, or the eight letters of them that stand for the whole.
var requestID = regexp.MustCompile(`^[0-9a-f]{8}[0-9a-f-]*$`)

// Run writes the answer. A reference may fit something of ECS and a request: then it writes both, as JSON in one document.
func (c *Command) Run(ctx context.Context, stdout io.Writer) (exitCode int, err error) {
	var result why.Result
	var report decision.RequestReport
	answer, unknown := c.ask(ctx, "why", url.Values{"of": {c.Ref}, "cluster": {c.Cluster}}, &result)
	var decided []byte
	noRequest := errors.New("no request is asked about")
	if c.Ref != "" && (unknown != nil || requestID.MatchString(c.Ref)) {
		decided, noRequest = c.ask(ctx, "access/"+url.PathEscape(c.Ref), nil, &report)
	}
	if unknown != nil && noRequest != nil {
		return 0, c.unknown(unknown, noRequest)
	}
	if unknown != nil {
		return 0, c.write(stdout, decided, requestLines(&report))
	}
	if !result.AsWanted {
		exitCode = notAsWanted
	}
	lines := resultLines(c.Ref, &result)
	if noRequest == nil {
		answer, lines = withRequest(answer, decided), append(append(lines, ""), requestLines(&report)...)
	}
	return exitCode, c.write(stdout, answer, lines)
}

// withRequest is the answer about something of ECS with the one about a request as its member request.
func withRequest(answer, decided []byte) []byte {
	var whole bytes.Buffer
	body := bytes.TrimSuffix(bytes.TrimSpace(answer), []byte("}"))
	if err := json.Indent(&whole, slices.Concat(body, []byte(`, "request": `), decided, []byte("}\n")), "", "  "); err != nil {
		return answer // both have been decoded
	}
	return whole.Bytes()
}

// refused is a reason that the emulator gives; other errors say that it gives none.
type refused struct{ error }

// ask asks and decodes. body is the answer as it came.
func (c *Command) ask(ctx context.Context, path string, query url.Values, answer any) (body []byte, err error) {
	response, err := c.Get(ctx, path, query)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		err := c.Refusal(response)
		if response.Header.Get("Content-Type") != "application/json" || strings.HasPrefix(err.Error(), "no such path") {
			return nil, err
		}
		return nil, refused{err}
	}
	if body, err = io.ReadAll(response.Body); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, answer); err != nil {
		return nil, fmt.Errorf("read the emulator's %s: %w", path, err)
	}
	return body, nil
}

// unknown is the error where nothing of ECS, and no request, is meant.
func (c *Command) unknown(ofECS, ofRequest error) error {
	if c.Ref == "" {
		return ofECS
	}
	var known, decided refused
	switch {
	case !errors.As(ofECS, &known): // an emulator of before, or none
		return ofRequest
	case !errors.As(ofRequest, &decided):
		return known
	case requestID.MatchString(c.Ref) || !strings.Contains(decided.Error(), notChecked):
		return fmt.Errorf("%w; and %w", decided, known)
	}
	return known
}

// notChecked is in the reason of an emulator that has decisions about no request.
const notChecked = "--iam=off"

// write writes the answer as it came, or its lines.
func (c *Command) write(stdout io.Writer, body []byte, lines []string) error {
	if c.JSON {
		_, err := stdout.Write(body)
		return err
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(stdout, strings.TrimRight(indented(line), " ")); err != nil {
			return err
		}
	}
	return nil
}

// indented is a line in which what clients chose cannot move a terminal's cursor.
func indented(line string) string {
	text := strings.TrimLeft(line, " ")
	return line[:len(line)-len(text)] + activity.OneLine(text)
}
