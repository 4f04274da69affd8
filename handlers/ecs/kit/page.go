package kit

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"
	"sort"

	"github.com/google/uuid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// PageQuery is what a List operation was asked for, apart from its rows.
type PageQuery struct {
	// Operation, Scope and Filters bind a token to what it was made for: it is
	// refused with any other operation, account, region or filter.
	Operation string
	Scope     arn.Scope
	Filters   []string

	// Size is the page size asked for. One outside 1 to Most is refused.
	Size PageSize
	// Default is the size when none is asked for; 0 is Most. Most is 100 when 0.
	Default, Most int
	// Token is the nextToken of the page before; empty for the first page.
	Token string
	// Descending says that the keys of the rows fall.
	Descending bool
	// Keys, if any, are all that a token may name, of rows that match or not. Tokens are
	// then the text of a UUID in base64 (ECS0089).
	Keys []string
}

// Page cuts one page out of rows and returns it with the token of the next page,
// nil after the last. rows are all that match, sorted by key, which is unique.
//
// A token names the last row of its page, not a position: rows that come and go
// between two pages neither repeat others nor hide them.
//
//	rows, next, err := page(rows, (*state.Cluster).Key, pageQuery{…})
//
// Source: ECS API reference, maxResults and nextToken of the List operations.
func Page[T any](rows []T, key func(T) string, q PageQuery) ([]T, *string, error) {
	size, err := q.size()
	if err != nil {
		return nil, nil, err
	}
	if q.Token != "" {
		last, ok := q.open(q.Token)
		if !ok {
			return nil, nil, InvalidParameter("Invalid token.")
		}
		rows = rows[sort.Search(len(rows), func(i int) bool {
			if q.Descending {
				return key(rows[i]) < last
			}
			return key(rows[i]) > last
		}):]
	}
	if len(rows) <= size {
		return rows, nil, nil
	}
	rows = rows[:size]
	token := q.seal(key(rows[size-1]))
	return rows, &token, nil
}

// MaxPage is the largest page of most operations.
const MaxPage = 100

func (q PageQuery) size() (int, error) {
	most := cmp.Or(q.Most, MaxPage)
	switch {
	case !q.Size.asked:
		return cmp.Or(q.Default, most), nil
	case q.Size.rows < 1 || q.Size.rows > most:
		return 0, InvalidParameter(fmt.Sprintf("%d should be between 1 and %d", q.Size.rows, most))
	default:
		return q.Size.rows, nil
	}
}

// PageSize is an optional number of rows.
type PageSize struct {
	rows  int
	asked bool
}

// Sized is the page size that a request of the SDK asks for.
func Sized(maxResults *int32) PageSize {
	if maxResults == nil {
		return PageSize{}
	}
	return PageSize{int(*maxResults), true}
}

// SizedUnlessZero is Sized for a member of which the SDK's type cannot tell 0 from nothing.
func SizedUnlessZero(maxResults int32) PageSize {
	if maxResults == 0 {
		return PageSize{}
	}
	return Sized(&maxResults)
}

// seal makes a token: a digest of the query, then the key, which the digest
// covers too.
func (q PageQuery) seal(key string) string {
	if q.Keys != nil {
		return base64.StdEncoding.EncodeToString([]byte(uuid.NewSHA1(uuid.Nil, q.binding(key)).String()))
	}
	sealed := append(binary.BigEndian.AppendUint64(nil, q.digest(key)), key...)
	return base64.RawURLEncoding.EncodeToString(sealed)
}

func (q PageQuery) open(token string) (key string, ok bool) {
	if q.Keys != nil {
		at := slices.IndexFunc(q.Keys, func(key string) bool { return q.seal(key) == token })
		if at < 0 {
			return "", false
		}
		return q.Keys[at], true
	}
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(sealed) <= 8 {
		return "", false
	}
	// A token is compared as a whole, because base64 reads more than one text as the
	// same bytes.
	key = string(sealed[8:])
	return key, q.seal(key) == token
}

func (q PageQuery) digest(key string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(q.binding(key)) // never fails
	return h.Sum64()
}

// binding is all that a token is bound to.
func (q PageQuery) binding(key string) []byte {
	var all []byte
	for _, part := range append([]string{q.Operation, q.Scope.Region, q.Scope.Account, key}, q.Filters...) {
		all = fmt.Appendf(all, "%d:%s", len(part), part)
	}
	return all
}
