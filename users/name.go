package users

import (
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// MaxName is the most characters of a name.
const MaxName = api.MaxUsername

const nameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."

// ValidName checks a name for a new user by the documented rule: 1 to [MaxName] characters
// of a-z, A-Z, 0-9, "_", "-" and ".". The error is an im.ErrInvalidArgument and says what is
// wrong; nil means that the name is fine. "." and ".." are not: no call could name them.
//
// Capital letters are the same as small ones, and the newer documents of Agora leave them
// out, so a name in lower case is the safe choice. Methods do not apply this rule, since
// there are accounts that are older than it: they reject only names that are empty or longer
// than [MaxName] bytes, and leave the rest to the server.
func ValidName(name string) error { return validName("name", name) }

func validName(field, name string) error {
	if err := api.Username(field, name); err != nil {
		return err
	}
	if name == "." || name == ".." {
		return api.Invalid(field, "is %s, which no path of the API can hold", api.Quoted(name))
	}
	for _, c := range name {
		if !strings.ContainsRune(nameCharacters, c) {
			return api.Invalid(field, `is %s, must not contain %q: a-z, A-Z, 0-9, "_", "-" and "." are allowed`, api.Quoted(name), c)
		}
	}
	return nil
}
