// Package waitcondition makes and checks the URLs of handles, to which signals of wait conditions are sent. It is pure.
//
// As on AWS who has the URL may send signals, for a day: it is signed with what one creation of the handle alone has, and what
// cannot be guessed.
package waitcondition

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Lifetime is how long a URL can be used (CFN-127).
const Lifetime = 24 * time.Hour

// Path begins the paths of handles at the emulator's endpoint.
const Path = "/_emulator/wait-conditions/"

// URL is where signals of a handle are sent to, at an endpoint such as http://127.0.0.1:4566, by the incarnation of its creation.
func URL(endpoint, stackID, logicalID, incarnation string, made time.Time) string {
	expires := strconv.FormatInt(made.Add(Lifetime).Unix(), 10)
	query := url.Values{"Expires": {expires}, "Signature": {sign(stackID, logicalID, incarnation, expires)}}
	return strings.TrimSuffix(endpoint, "/") + pathOf(stackID, logicalID) + "?" + query.Encode()
}

// pathOf has what tells the stack and the handle: region, account, the stack's name and UUID, and the handle's logical id.
func pathOf(stackID, logicalID string) string {
	scope := arn.ScopeOf(stackID)
	_, name, _ := strings.Cut(stackID, ":stack/")
	return Path + scope.Region + "/" + scope.Account + "/" + name + "/" + logicalID
}

// HandleOf is the logical id of the handle that a URL is of, if it is one of a stack.
func HandleOf(text, stackID string) (logicalID string, is bool) {
	u, err := url.Parse(text)
	if err != nil {
		return "", false
	}
	return strings.CutPrefix(u.Path, pathOf(stackID, ""))
}

func sign(stackID, logicalID, incarnation, expires string) string {
	mac := hmac.New(sha256.New, []byte(incarnation))
	mac.Write([]byte(stackID + "\n" + logicalID + "\n" + expires))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// Access is what a URL allows.
type Access uint8

// What it may allow.
const (
	Denied Access = iota
	Expired
	Allowed
)

// Check is what a URL with such a query allows now, of a handle by the incarnation of its creation.
func Check(query url.Values, stackID, logicalID, incarnation string, now time.Time) Access {
	expires := query.Get("Expires")
	if !hmac.Equal([]byte(query.Get("Signature")), []byte(sign(stackID, logicalID, incarnation, expires))) {
		return Denied
	}
	if at, err := strconv.ParseInt(expires, 10, 64); err != nil || !now.Before(time.Unix(at, 0)) {
		return Expired
	}
	return Allowed
}
