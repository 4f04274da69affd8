package servicediscovery

import (
	"encoding/base32"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Cloud Map's ids are small letters and the digits of base 32 (SD0001).
var base32Letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// randomLetters makes n letters of an id, n a multiple of 8.
func randomLetters(n int) string {
	b := make([]byte, n*5/8)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return base32Letters.EncodeToString(b)
}

// NewNamespaceARN makes the ARN of a namespace, which ends with its id: ns-….
func NewNamespaceARN(s arn.Scope) string { return NamespaceARN(s, "ns-"+randomLetters(16)) }

// NewServiceARN makes the ARN of a service, which ends with its id: srv-….
func NewServiceARN(s arn.Scope) string { return ServiceARN(s, "srv-"+randomLetters(16)) }

// NewOperationID makes the id of an operation: its last part is the time in milliseconds, in base 36 (SD0001).
func NewOperationID(now time.Time) string {
	return randomLetters(32) + "-" + strconv.FormatInt(now.UnixMilli(), 36)
}

// NewHostedZoneID makes the id of a hosted zone of Route 53, which holds the records of a namespace (SD0001).
func NewHostedZoneID() string {
	digits := strconv.FormatUint(1e7+rand.Uint64N(9e7), 10)
	letters := strconv.FormatUint(1<<62|rand.Uint64(), 36)
	return "Z0" + digits[1:] + strings.ToUpper(letters[:12])
}
