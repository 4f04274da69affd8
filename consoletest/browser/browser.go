// Package browser gives tests a Chromium without a window, one for each test process, and tabs of it:
//
//	func TestMain(m *testing.M) { os.Exit(browser.Main(m.Run)) }
//
//	tab := browser.Open(t)
//	tab.Go(srv.URL() + "/_emulator/console")
//	tab.Until("the task runs", `document.body.innerText.includes("RUNNING")`)
//
// A tab notes what a page must not do: errors in the browser's console, violations of the Content-Security-Policy among
// them, and requests to another host. They fail the test, unless it says that it expects them.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// RequireEnv set to 1 makes tests fail without a browser, as ECS_EMULATOR_REQUIRE_DOCKER=1 does without an engine.
const RequireEnv = "ECS_EMULATOR_REQUIRE_BROWSER"

// programs are the names that Chromium has, the one without windows first.
var programs = []string{"chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome"}

// shared is the browser of this process.
var shared struct {
	once sync.Once
	ctx  context.Context
	end  func()
	err  error
}

// Main runs tests and ends the browser that they have started.
func Main(run func() int) int {
	defer func() {
		if shared.end != nil {
			shared.end()
		}
	}()
	return run()
}

// require returns the browser, and starts it for the first test that needs it.
func require(tb testing.TB) context.Context {
	tb.Helper()
	shared.once.Do(func() { shared.ctx, shared.end, shared.err = start() })
	if shared.err != nil {
		lack(tb, shared.err)
	}
	return shared.ctx
}

// lack skips a test for want of a browser, or fails it where RequireEnv says that there has to be one.
func lack(tb testing.TB, why error) {
	tb.Helper()
	if os.Getenv(RequireEnv) == "1" {
		tb.Fatalf("%s=1, but %v", RequireEnv, why)
	}
	tb.Skip(why)
}

func find() (string, error) {
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no Chromium: install Debian's chromium-headless-shell")
}

func start() (context.Context, func(), error) {
	path, err := find()
	if err != nil {
		return nil, nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.Flag("lang", "en"), chromedp.Flag("hide-scrollbars", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's own does not work for root
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		end()
		return nil, nil, fmt.Errorf("%s does not start: %w", path, err)
	}
	return ctx, func() { cancel(); end() }, nil
}
