package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// accountAnswer is how long the upstream's answer about its account may take.
const accountAnswer = 10 * time.Second

// checkAccount has the upstream asked once which account it acts in for requests whose keys name
// none, and the log tell if that is another one than here. It does not wait for that. An upstream
// that has not answered is asked again with the next request.
func (u *Upstream) checkAccount(here string, log *slog.Logger) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.CheckAccount || u.checked || u.ctx.Err() != nil {
		return
	}
	u.checked = true
	u.asking.Go(func() {
		there, err := u.account(u.ctx)
		switch {
		case err != nil:
			log.Debug("the account of the upstream is not known", "upstream", u.URL, "error", err)
			u.mu.Lock()
			u.checked = errors.Is(err, errNoIdentity)
			u.mu.Unlock()
		case there == here:
			log.Debug("the upstream acts in the same account", "upstream", u.URL, "account", there)
		default:
			log.Warn("the upstream has another account, so ARNs do not fit together: start the emulator with the flag",
				"upstream", u.URL, "account", there, "here", here, "flag", "--account "+there)
		}
	})
}

// errNoIdentity is the answer of an upstream that has no STS.
var errNoIdentity = errors.New("it does not tell who is calling")

// account asks the upstream's STS.
func (u *Upstream) account(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, accountAnswer)
	defer cancel()
	const body = "Action=GetCallerIdentity&Version=2011-06-15"
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.URL.String()+"/", strings.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("make a request: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set(passedBy, u.id) // an emulator behind the upstream sends it back nowhere
	sum := sha256.Sum256([]byte(body))
	keys := aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"} // as anybody's who tries it out
	if err := v4.NewSigner().SignHTTP(ctx, keys, r, hex.EncodeToString(sum[:]), "sts", "us-east-1", time.Now()); err != nil {
		return "", fmt.Errorf("sign a request: %w", err)
	}
	answer, err := u.transport.RoundTrip(r)
	if err != nil {
		return "", fmt.Errorf("ask who is calling: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
	if err != nil {
		return "", fmt.Errorf("read who is calling: %w", err)
	}
	var identity struct {
		Account string `xml:"GetCallerIdentityResult>Account"`
	}
	if answer.StatusCode != http.StatusOK || xml.Unmarshal(text, &identity) != nil || identity.Account == "" {
		return "", errNoIdentity
	}
	return identity.Account, nil
}
