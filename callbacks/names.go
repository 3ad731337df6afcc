package callbacks

import "strings"

// plainName takes the user, group or room and the device out of a full name,
// {app key}_{name}@easemob.com/{device}. A plain name stays as it is, and so does one that
// has nothing but the app key.
func plainName(full, appKey string) (name, device string) {
	name = full
	for _, domain := range []string{"@easemob.com", "@conference.easemob.com"} {
		if before, after, ok := strings.Cut(full, domain); ok {
			name, device = before, strings.TrimPrefix(after, "/")
			break
		}
	}
	if before, after, ok := strings.Cut(name, "/"); ok && device == "" && strings.Contains(before, "#") {
		name, device = before, after
	}
	if rest, ok := strings.CutPrefix(name, appKey+"_"); ok && appKey != "" && rest != "" {
		return rest, device
	}
	if _, rest, ok := strings.Cut(name, "#"); ok {
		if _, rest, ok = strings.Cut(rest, "_"); ok && rest != "" {
			return rest, device
		}
	}
	return name, device
}
